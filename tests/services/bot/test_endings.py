"""Is the bot stopped only by what no further attempt can mend?"""

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from services.bot import endings
from services.bot.endings import Final, Lost


def closed(code: int) -> discord.ConnectionClosed:
    socket: Any = SimpleNamespace(close_code=code)
    return discord.ConnectionClosed(socket, shard_id=None, code=code)


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
def test_a_refusal_by_close_code_is_final_and_has_a_remedy(code: int) -> None:
    ending = endings.of(closed(code))

    assert isinstance(ending, Final)
    assert ending.remedy


@pytest.mark.parametrize("error", [discord.LoginFailure("bad"), discord.PrivilegedIntentsRequired(None)])
def test_a_refused_token_or_intent_is_final(error: Exception) -> None:
    assert isinstance(endings.of(error), Final)


@pytest.mark.parametrize(
    ("error", "unforeseen"),
    [
        (closed(1000), False),
        (closed(4000), False),
        (closed(4009), False),
        (TimeoutError(), False),
        (aiohttp.ClientConnectionError("refused"), False),
        (ConnectionResetError(), False),
        (discord.GatewayNotFound(), False),
        (AttributeError("'NoneType' object has no attribute 'sequence'"), False),
        (AttributeError("something else"), True),
        (KeyError("resume_gateway_url"), True),
    ],
)
def test_everything_else_is_tried_again_and_only_the_unforeseen_is_traced(error: Exception, unforeseen: bool) -> None:
    ending = endings.of(error)

    assert isinstance(ending, Lost)
    assert ending.unforeseen is unforeseen
    assert ending.cause
