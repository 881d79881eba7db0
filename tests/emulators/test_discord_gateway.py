"""Does the gateway hold a client to Discord's rules, frame by frame?"""

import json
from typing import Any

import pytest

from .discord import DiscordServer
from .discord.gateway.intents import Intent
from .discord.judges.raw import Socket

READING = Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.MESSAGE_CONTENT
PRESENCE: dict[str, Any] = {"since": None, "activities": [], "status": "online", "afk": False}


@pytest.mark.parametrize("compress", [None, "zlib-stream", "zstd-stream"])
async def test_frames_come_as_the_client_asked_for_them(server: DiscordServer, compress: str | None) -> None:
    async with Socket(server, compress) as socket:
        ready = await socket.identify(READING)
        guild = await socket.until("GUILD_CREATE")
        for number in range(20):
            server.people.say(f"message {number}")
        contents = [(await socket.until("MESSAGE_CREATE"))["content"] for _ in range(20)]

    assert ready["user"]["id"] == str(server.platform.world.bot.id)
    assert guild["name"] == "Samsara"
    assert contents == [f"message {number}" for number in range(20)]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param("no json", 4002, id="not JSON"),
        pytest.param("[]", 4002, id="no object"),
        pytest.param(json.dumps({"op": 1, "d": "x" * 5000}), 4002, id="longer than 4096 bytes"),
        pytest.param(json.dumps({"op": 77, "d": None}), 4001, id="unknown opcode"),
        pytest.param(json.dumps({"op": 3, "d": PRESENCE}), 4003, id="presence before IDENTIFY"),
        pytest.param(json.dumps({"op": 2, "d": {"token": "wrong", "properties": {}, "intents": 1}}), 4004, id="token"),
        pytest.param(json.dumps({"op": 2, "d": {"token": "x", "properties": {}}}), 4002, id="no intents"),
        pytest.param(json.dumps({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}), 4004, id="resume"),
    ],
)
async def test_a_wrong_first_frame_is_closed(server: DiscordServer, frame: str, code: int) -> None:
    async with Socket(server) as socket:
        await socket.send_text(frame)

        assert await socket.close_code() == code


@pytest.mark.parametrize(
    ("intents", "more", "code"),
    [
        pytest.param(1 << 40, {}, 4013, id="unknown intent"),
        pytest.param(1, {"shard": [1, 1]}, 4010, id="shard out of range"),
        pytest.param(int(Intent.MESSAGE_CONTENT), {}, 4014, id="intent not granted"),
    ],
)
async def test_a_wrong_identify_is_closed(server: DiscordServer, intents: int, more: dict[str, Any], code: int) -> None:
    server.platform.settings.granted_intents = 0
    async with Socket(server) as socket:
        await socket.send_identify(intents, **more)

        assert await socket.close_code() == code


@pytest.mark.parametrize(
    ("op", "payload", "code"),
    [
        pytest.param(2, {}, 4005, id="a second IDENTIFY"),
        pytest.param(3, {"status": "online"}, 4002, id="half a presence"),
        pytest.param(3, PRESENCE | {"status": "busy"}, 4002, id="no such status"),
        pytest.param(8, {"guild_id": "1", "query": "", "limit": 0}, 4002, id="members of no guild"),
    ],
)
async def test_a_wrong_later_frame_is_closed(server: DiscordServer, op: int, payload: Any, code: int) -> None:
    async with Socket(server) as socket:
        await socket.identify(READING)
        await socket.send(op, payload)

        assert await socket.close_code() == code


async def test_all_members_need_the_members_intent(server: DiscordServer) -> None:
    asked = {"guild_id": str(server.platform.world.guild.id), "query": "", "limit": 0}
    async with Socket(server) as socket:
        await socket.identify(READING)
        await socket.send(8, asked)

        assert await socket.close_code() == 4014


async def test_members_can_be_had_by_name_with_the_nonce_of_the_question(server: DiscordServer) -> None:
    asked = {"guild_id": str(server.platform.world.guild.id), "query": "arch", "limit": 5, "nonce": "n1"}
    async with Socket(server) as socket:
        await socket.identify(READING)
        await socket.send(8, asked)
        chunk = await socket.until("GUILD_MEMBERS_CHUNK")

    assert [member["user"]["username"] for member in chunk["members"]] == ["architect"]
    assert (chunk["nonce"], chunk["chunk_count"]) == ("n1", 1)


async def test_an_old_gateway_version_is_closed(server: DiscordServer) -> None:
    async with Socket(server, version="9") as socket:
        assert await socket.close_code() == 4012


async def test_the_121st_frame_of_a_minute_is_one_too_many(server: DiscordServer) -> None:
    async with Socket(server) as socket:
        for _ in range(120):
            await socket.send(1, None)
        # a frame that is still on its way would count to the next minute
        await server.platform.record.wait("frame", count=120)
        server.platform.clock.advance(60)
        for _ in range(120):
            await socket.send(1, None)
        await server.platform.record.wait("frame", count=240)
        assert server.platform.record.of("close") == []

        await socket.send(1, None)

        assert await socket.close_code() == 4008


async def test_a_binary_frame_counts_like_a_text_frame(server: DiscordServer) -> None:
    async with Socket(server) as socket:
        await socket.send_bytes(json.dumps({"op": 1, "d": None}).encode())

        assert await socket.until(op=11) is None


async def test_a_client_that_sends_no_heartbeat_is_closed() -> None:
    async with DiscordServer(heartbeat_interval=0.2) as server, Socket(server) as socket:
        hello = await socket.until(op=10)

        assert hello["heartbeat_interval"] == 200
        assert await socket.close_code() == 4009


async def test_a_resume_brings_all_that_was_missed_in_order(server: DiscordServer) -> None:
    async with Socket(server) as first:
        await first.identify(READING)
        await first.until("GUILD_CREATE")
        server.cut()
        await server.platform.record.wait("disconnect")
    for number in range(5):
        server.people.say(f"message {number}")

    async with Socket(server) as second:
        await second.send_resume(first.session_id, first.last_sequence)
        missed = [(await second.until("MESSAGE_CREATE"))["content"] for _ in range(5)]
        await second.until("RESUMED")
        server.people.say("afterwards")
        after = await second.until("MESSAGE_CREATE")

    assert missed == [f"message {number}" for number in range(5)]
    assert after["content"] == "afterwards"


@pytest.mark.parametrize("gone", ["unknown", "said goodbye", "too late"])
async def test_a_session_that_is_gone_is_invalid(server: DiscordServer, gone: str) -> None:
    async with Socket(server) as first:
        await first.identify(READING)
        if gone == "too late":
            server.cut()
    await server.platform.record.wait("disconnect")
    server.platform.clock.advance(181 if gone == "too late" else 0)

    async with Socket(server) as second:
        await second.send_resume("0" * 32 if gone == "unknown" else first.session_id, 1)

        assert await second.until(op=9) is False


async def test_a_sequence_from_the_future_is_closed(server: DiscordServer) -> None:
    async with Socket(server) as first:
        await first.identify(READING)
        server.cut()
        await server.platform.record.wait("disconnect")

    async with Socket(server) as second:
        await second.send_resume(first.session_id, 999)

        assert await second.close_code() == 4007


async def test_without_the_content_intent_a_message_is_empty_but_for_the_exemptions(server: DiscordServer) -> None:
    bot = server.platform.world.bot
    private = server.platform.world.dm_with(server.platform.world.owner)
    async with Socket(server) as socket:
        await socket.identify(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.DIRECT_MESSAGES)
        server.people.say("not for you")
        server.people.say(f"<@{bot.id}> for you")
        server.people.say("in private", channel=private)
        contents = [(await socket.until("MESSAGE_CREATE"))["content"] for _ in range(3)]

    assert contents == ["", f"<@{bot.id}> for you", "in private"]


async def test_without_the_messages_intent_there_are_no_messages(server: DiscordServer) -> None:
    async with Socket(server) as socket:
        await socket.identify(Intent.GUILDS)
        await socket.until("GUILD_CREATE")
        server.people.say("unheard")
        server.ask_for_heartbeat()

        assert (await socket.receive())["op"] == 1


async def test_identifying_twice_within_the_spacing_is_invalid() -> None:
    async with DiscordServer(identify_spacing=5.0) as server:
        async with Socket(server) as first:
            await first.identify(READING)
        async with Socket(server) as second:
            await second.send_identify(READING)
            assert await second.until(op=9) is False
        server.platform.clock.advance(5)
        async with Socket(server) as third:
            assert (await third.identify(READING))["v"] == 10


async def test_a_guild_belongs_to_one_shard(server: DiscordServer) -> None:
    guild = server.platform.world.guild
    async with Socket(server) as zero, Socket(server) as one:
        guilds = [(await s.identify(READING, shard=[n, 2]))["guilds"] for n, s in enumerate((zero, one))]

    assert [len(found) for found in guilds] == [1, 0] if (guild.id >> 22) % 2 == 0 else [0, 1]
    assert sorted(map(len, guilds)) == [0, 1]


async def test_ready_can_be_short_of_a_key_or_have_one_more() -> None:
    settings: dict[str, Any] = {"ready_omit": {"resume_gateway_url"}, "ready_extra": {"x": 1}}
    async with DiscordServer(**settings) as server, Socket(server) as socket:
        ready = await socket.identify(READING)

    assert ("resume_gateway_url" in ready, ready["x"]) == (False, 1)
