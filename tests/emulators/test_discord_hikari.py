"""Does hikari, a second and stricter Python client, take the test server for Discord?"""

from .discord import DiscordServer
from .discord.judges.hikari_bot import running


async def test_hikari_answers_a_message_and_a_command_over_zstd_with_binary_frames() -> None:
    async with DiscordServer() as server, running(server):
        reply = await server.people.reply(server.people.say("!ping"))
        shown = await server.people.answer(server.people.run("echo", text="hello"))

        assert reply.content == "pong from hikari"
        assert shown.content == "hello"
        assert server.platform.record.of("frame", op=2, binary=True)
        assert server.platform.record.of("connect")[0].data["query"]["compress"] == "zstd-stream"
        server.assert_clean()


async def test_hikari_resumes_where_it_was_told_to() -> None:
    async with DiscordServer() as server, running(server):
        server.ask_to_reconnect()
        await server.platform.record.wait("resume")

        reply = await server.people.reply(server.people.say("!ping"))

        assert reply.content == "pong from hikari"
        assert server.platform.record.of("connect")[-1].data["path"] == "/resume"
        server.assert_clean()
