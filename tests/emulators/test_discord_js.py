"""Does discord.js, written by others in another language, take the test server for Discord?"""

from .discord import DiscordServer
from .discord.judges.js import running


async def test_discord_js_answers_a_message_a_command_and_a_button_and_resumes() -> None:
    async with DiscordServer() as server, running(server) as judge:
        people = server.people

        reply = await people.reply(people.say("!ping"))
        shown = await people.answer(people.run("echo", text="hello"))
        said = shown.content
        await people.answered(people.click(shown, "Again"))
        server.ask_to_reconnect()
        await judge.says("resumed")
        second = await people.reply(people.say("!ping"))

        assert (reply.content, reply.type) == ("pong from discord.js", 19)
        assert (said, shown.content) == ("hello", "again")
        assert second.content == reply.content
        server.assert_clean()
