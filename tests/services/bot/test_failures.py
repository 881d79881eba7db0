"""Does each failure of a command have its own words, and only the unforeseen a traceback?"""

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from helix.errors import Refused, Unreachable
from services.bot.failures import Denied, explain


def http(kind: type[discord.HTTPException], status: int, code: int = 0) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    return kind(response, {"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("error", "outcome", "says"),
    [
        (Denied("No."), "denied", "⛔ No."),
        (commands.BadArgument("not a number"), "usage", "!sync plan [page=1]"),
        (Refused("sync now already runs", code="busy"), "busy", "already runs"),
        (Refused("no such file", remedy="look"), "failed", "no such file → look"),
        (Unreachable("sync does not answer", remedy="wait"), "failed", "sync does not answer → wait"),
        (http(discord.Forbidden, 403, 50013), "discord", "I lack a permission"),
        (http(discord.NotFound, 404, 10008), "discord", "gone"),
        (http(discord.HTTPException, 429), "discord", "fewer messages"),
        (http(discord.DiscordServerError, 503), "discord", "trouble of its own"),
        (http(discord.NotFound, 404, 10062), "expired", ""),
        (http(discord.HTTPException, 400, 40060), "expired", ""),
        (app_commands.CommandNotFound("x", []), "unsynced", "has just changed"),
    ],
)
def test_a_foreseen_failure_is_told_plainly(error: Exception, outcome: str, says: str) -> None:
    failure = explain(commands.CommandInvokeError(error), usage="!sync plan [page=1]", correlation="c0ffee")

    assert (failure.outcome, failure.unforeseen) == (outcome, False)
    assert says in failure.text
    assert bool(failure.text) is bool(says)


@pytest.mark.parametrize("error", [ZeroDivisionError("secret detail"), http(discord.HTTPException, 400, 50035)])
def test_an_unforeseen_failure_gives_the_user_an_id_and_no_detail(error: Exception) -> None:
    failure = explain(commands.CommandInvokeError(error), correlation="c0ffee")

    assert failure.unforeseen
    assert "`c0ffee`" in failure.text
    assert "secret detail" not in failure.text


def test_a_cooldown_says_when_it_ends() -> None:
    cooldown = commands.CommandOnCooldown(commands.Cooldown(1, 30), 12.0, commands.BucketType.user)

    assert "<t:1013:R>" in explain(cooldown, now=1000.0).text


def test_what_a_user_typed_has_no_effect_in_the_answer() -> None:
    assert "@\\*\\*bold" in explain(commands.BadArgument("@**bold")).text
