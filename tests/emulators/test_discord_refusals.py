"""What does an unmodified discord.py do when a call is refused, limited or fails half-way?"""

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from .discord import DiscordServer, Fault, rate_limited
from .discord.buckets import Limit
from .discord.judges.dpy import running, until

pytestmark = pytest.mark.usefixtures("unblamed")

MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{token}/callback"


async def test_a_429_by_discord_is_waited_out(server: DiscordServer) -> None:
    async with running(server):
        server.platform.faults.add(rate_limited(0.2, method="POST", path=MESSAGES, times=2))

        reply = await server.people.reply(server.people.say("!ping"))

    assert reply.content == "pong"
    assert [e.data["status"] for e in server.platform.record.calls("POST", "/messages")] == [429, 429, 200]


async def test_a_429_without_via_counts_as_a_ban_and_is_not_repeated(server: DiscordServer) -> None:
    async with running(server) as bot:
        server.platform.faults.add(rate_limited(0.2, via=False, method="POST", path=MESSAGES))
        server.people.say("!ping")
        await server.platform.record.wait("rest", status=429)
        await until(lambda: bool(bot.errors))

    assert cause_of(bot.errors[0]).status == 429
    assert len(server.platform.record.calls("POST", "/messages")) == 1


async def test_a_global_429_holds_all_calls(server: DiscordServer) -> None:
    async with running(server) as bot:
        server.platform.faults.add(rate_limited(0.3, scope="global", method="POST", path=MESSAGES))
        server.people.say("!ping")
        await server.platform.record.wait("rest", status=429)
        held = server.platform.clock.now()
        await bot.fetch_channel(server.platform.world.channel.id)

    assert server.platform.clock.now() - held > 0.25


async def test_the_call_that_empties_a_bucket_waits_itself(server: DiscordServer) -> None:
    server.platform.buckets.overrides[("POST", MESSAGES)] = Limit(1, 0.4)
    async with running(server) as bot:
        channel = bot.get_partial_messageable(server.platform.world.channel.id)
        began = server.platform.clock.now()
        await channel.send("one")

        assert server.platform.clock.now() - began > 0.35


async def test_a_500_after_the_fact_is_repeated_and_makes_no_second_message(server: DiscordServer) -> None:
    async with running(server) as bot:
        server.platform.faults.add(Fault("POST", MESSAGES, status=500, after=True))
        sent = await bot.get_partial_messageable(server.platform.world.channel.id).send("once")

    assert len(server.platform.record.calls("POST", "/messages")) == 2
    assert [m.id for m in server.platform.world.history(server.platform.world.channel)] == [sent.id]


async def test_a_503_is_raised_at_once(server: DiscordServer) -> None:
    async with running(server) as bot:
        server.platform.faults.add(Fault("POST", MESSAGES, status=503))

        with pytest.raises(discord.DiscordServerError):
            await bot.get_partial_messageable(server.platform.world.channel.id).send("x")


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060)])
async def test_a_refused_answer_reaches_the_error_handler(server: DiscordServer, status: int, code: int) -> None:
    async with running(server) as bot:
        body = {"message": "refused", "code": code}
        server.platform.faults.add(Fault("POST", CALLBACK, status=status, body=body))
        server.people.run("slow", number=1)
        await until(lambda: bool(bot.errors))

    assert isinstance(bot.errors[0], app_commands.CommandInvokeError)
    assert cause_of(bot.errors[0]).code == code


def cause_of(error: Exception) -> discord.HTTPException:
    """The answer behind a command's failure."""
    while isinstance(
        error, app_commands.CommandInvokeError | commands.CommandInvokeError | commands.HybridCommandError
    ):
        error = error.original
    assert isinstance(error, discord.HTTPException)
    return error
