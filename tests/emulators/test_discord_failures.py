"""What does an unmodified discord.py do in each misfortune?  (The table of measured facts, the gateway's rows.)"""

import asyncio
import math
from collections.abc import Callable

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from .discord import DiscordServer
from .discord.judges.dpy import SampleBot, point_at, running, started, until

pytestmark = pytest.mark.usefixtures("unblamed")

MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{token}/callback"


async def end_of(server: DiscordServer) -> BaseException | None:
    """How a bot's ``start`` ends against this server."""
    point_at(server)
    async with started(SampleBot(server.platform.world.guild.id), server.token) as task:
        await asyncio.wait({task}, timeout=30)
        return task.exception()


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013])
async def test_a_terminal_close_ends_the_bot_after_one_identify(server: DiscordServer, code: int) -> None:
    server.platform.settings.close_on_identify = [code]

    error = await end_of(server)

    assert isinstance(error, discord.ConnectionClosed)
    assert error.code == code
    assert len(server.platform.identifies) == 1


async def test_an_intent_that_is_not_granted_ends_the_bot(server: DiscordServer) -> None:
    server.platform.settings.granted_intents = 0

    assert isinstance(await end_of(server), discord.PrivilegedIntentsRequired)


async def test_an_intent_taken_away_later_ends_the_bot_too(server: DiscordServer) -> None:
    point_at(server)
    bot = SampleBot(server.platform.world.guild.id)
    async with started(bot, server.token) as task:
        await server.people.ready()
        await bot.wait_until_ready()

        server.close(4014)

        with pytest.raises(discord.PrivilegedIntentsRequired):
            await asyncio.wait_for(task, 30)


@pytest.mark.parametrize("code", [1000, 4000, 4008, 4009])
async def test_a_passing_close_during_the_first_identify_leads_to_a_second(server: DiscordServer, code: int) -> None:
    server.platform.settings.close_on_identify = [code]

    async with running(server) as bot:
        assert len(server.platform.identifies) == 2
        assert server.platform.record.of("invalid_session", resumable=False)
        assert bot.seen[:2] == ["identify", "disconnect"]


def drop(code: int) -> Callable[[DiscordServer], None]:
    return lambda server: server.close(code)


@pytest.mark.parametrize(
    "misfortune",
    [
        pytest.param(DiscordServer.ask_to_reconnect, id="op 7"),
        pytest.param(lambda server: server.invalidate(resumable=True), id="op 9 true"),
        pytest.param(DiscordServer.cut, id="TCP cut"),
        *(pytest.param(drop(code), id=str(code)) for code in (1000, 1001, 4000)),
    ],
)
async def test_a_lost_connection_is_resumed_without_a_second_ready(
    server: DiscordServer, misfortune: Callable[[DiscordServer], None]
) -> None:
    async with running(server) as bot:
        misfortune(server)
        await server.platform.record.wait("resume")
        reply = await server.people.reply(server.people.say("!ping"))

    assert reply.content == "pong"
    assert bot.seen.count("ready") == bot.seen.count("resumed") == len(server.platform.identifies) == 1


async def test_a_session_that_may_not_be_resumed_is_identified_anew(server: DiscordServer) -> None:
    async with running(server) as bot:
        server.invalidate(resumable=False)
        await server.platform.record.wait("identify", count=2)
        await server.people.reply(server.people.say("!ping"))

    assert server.platform.record.of("resume") == []
    assert "identify again" in bot.seen


async def test_a_refused_resume_is_identified_anew(server: DiscordServer) -> None:
    server.platform.settings.invalidate_resumes = 1
    async with running(server):
        server.cut()

        await server.platform.record.wait("identify", count=2)

    assert server.platform.record.of("invalid_session", resumable=False)


async def test_during_an_outage_the_bot_believes_itself_ready_and_resumes_after_it(server: DiscordServer) -> None:
    async with running(server) as bot:
        await server.go_down()
        await server.platform.record.wait("disconnect")
        believed = bot.is_ready(), bot.is_closed()
        asked = server.people.say("!ping")
        await server.come_up()
        reply = await server.people.reply(asked)

    assert believed == (True, False)
    assert reply.content == "pong"
    assert server.platform.record.of("resume")[0].data["replayed"] == 1


async def test_a_silent_gateway_is_left_after_the_heartbeat_timeout() -> None:
    async with (
        DiscordServer(heartbeat_interval=0.1, acknowledge_heartbeats=False) as server,
        running(server, heartbeat_timeout=0.6),
    ):
        await server.platform.record.wait("resume")

        assert server.platform.record.of("disconnect")[0].data["code"] == 4000


async def test_other_traffic_hides_a_lost_acknowledgement_from_discord_py() -> None:
    async with DiscordServer(heartbeat_interval=0.1) as server, running(server, heartbeat_timeout=1.5) as bot:
        server.platform.settings.acknowledge_heartbeats = False
        since = len(server.platform.record.entries)
        for unanswered in range(1, 26):  # one each 0.1 s: well past the time-out
            server.people.say("just talking")
            await server.platform.record.wait("frame", op=1, count=unanswered, since=since)

        assert server.platform.record.of("disconnect") == []
        assert math.isfinite(bot.latency)


async def test_without_the_content_intent_a_command_in_a_message_is_not_seen(server: DiscordServer) -> None:
    async with running(server, intents=discord.Intents(guilds=True, guild_messages=True)):
        server.people.say("!ping")
        mention = server.people.say(f"<@{server.platform.world.bot.id}> hello")
        await server.people.answer(server.people.run("ping"))

    assert mention.mentions == [server.platform.world.bot]
    assert server.platform.record.calls("POST", "/messages") == []


async def test_a_message_delivered_twice_is_answered_twice(server: DiscordServer) -> None:
    async with running(server):
        asked = server.people.say("!ping")
        server.people.replay(asked)

        assert len(await server.people.replies(asked, 2)) == 2


async def test_members_are_asked_for_and_handed_over(server: DiscordServer) -> None:
    for number in range(3):
        server.platform.world.add_member(server.platform.world.add_user(f"member {number}"))

    async with running(server, intents=discord.Intents(guilds=True, members=True)) as bot:
        assert len(bot.guilds[0].members) == 5


async def test_a_changed_presence_is_sent_once(server: DiscordServer) -> None:
    async with running(server) as bot:
        await bot.change_presence(status=discord.Status.idle, activity=discord.Game("syncing"))

        presence = (await server.platform.record.wait("presence")).data["presence"]

    assert (presence["status"], presence["activities"][0]["name"]) == ("idle", "syncing")


async def test_a_sharded_client_asks_where_the_gateway_is(server: DiscordServer) -> None:
    Route.BASE = server.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("ws://127.0.0.1:9/")  # not where a sharded client goes
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
    task = asyncio.create_task(client.start(server.token))
    try:
        await server.people.ready()
        await asyncio.wait_for(client.wait_until_ready(), 30)
        assert [guild.name for guild in client.guilds] == ["Samsara"]
        assert server.platform.record.calls("GET", "/gateway/bot")
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=30)
        await client.close()


async def test_a_gateway_refused_at_first_kills_discord_py(server: DiscordServer) -> None:
    server.platform.settings.refuse_websockets = True

    assert isinstance(await end_of(server), AttributeError)


async def test_a_dead_resume_address_is_never_given_up(server: DiscordServer) -> None:
    server.platform.settings.resume_url = "ws://127.0.0.1:9/resume"
    async with running(server) as bot:
        server.cut()
        await until(lambda: bot.seen.count("disconnect") >= 2)

        assert bot.is_ready()
        assert len(server.platform.record.of("connect")) == 1
