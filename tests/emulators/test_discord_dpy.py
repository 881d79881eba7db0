"""Does an unmodified discord.py find in the test server the Discord it was written for?"""

from collections.abc import AsyncIterator

import pytest

from .discord import DiscordServer
from .discord.judges.dpy import SampleBot, running

pytestmark = pytest.mark.usefixtures("unblamed")


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[SampleBot]:
    async with running(server) as bot:
        yield bot


async def test_a_message_gets_its_reply(server: DiscordServer, bot: SampleBot) -> None:
    reply = await server.people.reply(server.people.say("!ping"))

    assert reply.content == "pong"
    assert [guild.name for guild in bot.guilds] == ["Samsara"]


async def test_a_slash_command_gets_its_answer(server: DiscordServer, bot: SampleBot) -> None:
    message = await server.people.answer(server.people.run("ping"))

    assert message.content == "pong"
    assert message.type == 20


async def test_a_deferred_private_answer_fills_the_waiting_message(server: DiscordServer, bot: SampleBot) -> None:
    asked = server.people.run("slow", number=7)

    message = await server.people.answer(asked)

    assert message.content == "thought of 7"
    assert message.seen_by == server.platform.world.owner.id
    assert len(asked.messages) == 1


async def test_suggestions_come_while_typing(server: DiscordServer, bot: SampleBot) -> None:
    typed = await server.people.answered(server.people.complete("list", "path", path="docs"))

    assert [choice["value"] for choice in typed.data["choices"]] == ["docs/x", "docs/y"]


async def test_a_button_updates_its_message(server: DiscordServer, bot: SampleBot) -> None:
    question = await server.people.answer(server.people.run("ask"))

    await server.people.answered(server.people.click(question, "Yes"))

    assert (question.content, question.components) == ("done", [])


async def test_a_menu_hands_over_what_was_chosen(server: DiscordServer, bot: SampleBot) -> None:
    question = await server.people.answer(server.people.run("ask"))

    message = await server.people.answer(server.people.choose(question, "kind", "b"))

    assert message.content == "chose b"


async def test_a_form_is_shown_filled_in_and_answered(server: DiscordServer, bot: SampleBot) -> None:
    question = await server.people.answer(server.people.run("ask"))

    form = await server.people.answered(server.people.click(question, "why"))
    message = await server.people.answer(server.people.submit(form, reason="old"))

    assert message.content == "because old"


async def test_a_reconnect_resumes_and_misses_nothing(server: DiscordServer, bot: SampleBot) -> None:
    server.black_hole()
    asked = server.people.say("!ping")
    server.cut()

    await server.platform.record.wait("resume", replayed=1, path="/resume")

    assert (await server.people.reply(asked)).content == "pong"
    assert bot.seen == ["identify", "ready", "disconnect", "resumed"]
