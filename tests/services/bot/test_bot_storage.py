"""Do files come out of the folder and go into it through Discord, and is nothing replaced unasked?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.emulators.discord import DiscordServer
from tests.emulators.discord.world import Role, User
from tests.services.bot.stage import BotProcess, ControlSocket, bot, environment, until


@pytest.fixture
def keepers(discord_server: DiscordServer) -> Role:
    return discord_server.platform.world.add_role("keepers")


@pytest.fixture
async def running(
    home: Path, discord_server: DiscordServer, control: ControlSocket, keepers: Role
) -> AsyncIterator[BotProcess]:
    (home / "files" / "rituals").mkdir(parents=True)
    (home / "files" / "rituals" / "notes.md").write_text("old")
    async with bot(home, environment(home, discord_server, DISCORD_ACT_ROLES=str(keepers.id))) as process:
        await discord_server.people.ready()
        yield process
    discord_server.assert_clean()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person attaches."""

    filename: str
    content: bytes
    field: str = "files[0]"
    content_type: str = "text/markdown"


FILE = {"folder": "files", "path": "rituals/notes.md", "kind": "file", "size": 3, "mtime": 1.0, "state": "pending"}


async def test_files_are_listed_and_offered_and_fetched(
    running: BotProcess, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.answers["GET /v1/files"] = {"total": 1, "files": [FILE]}
    people = discord_server.people

    listed = await people.reply(people.say("!storage ls rituals"))
    offered = await people.answered(people.complete("storage get", "path", path="notes"))
    fetched = await people.reply(people.say("!storage get rituals/notes.md"))

    assert "`rituals/notes.md` · 3 B" in str(listed.embeds)
    assert "pending" in str(listed.embeds)
    assert [choice["value"] for choice in offered.data["choices"]] == ["rituals/notes.md"]
    assert [(file.filename, file.content) for file in fetched.attachments] == [("notes.md", b"old")]


async def test_paths_are_offered_without_an_error_while_sync_does_not_answer(
    running: BotProcess, discord_server: DiscordServer
) -> None:
    people = discord_server.people

    offered = await people.answered(people.complete("storage restore", "path", path="x"))

    assert offered.data["choices"] == []


async def test_paths_are_not_offered_to_who_may_not_read(
    home: Path, discord_server: DiscordServer, control: ControlSocket, keepers: Role, stranger: User
) -> None:
    control.answers["GET /v1/files"] = {"total": 1, "files": [FILE]}
    people = discord_server.people

    async with bot(home, environment(home, discord_server, DISCORD_READ_ROLES=str(keepers.id))):
        await people.ready()
        offered = await people.answered(people.complete("storage get", "path", user=stranger, path="notes"))

    assert offered.data["choices"] == []


async def test_a_file_is_replaced_only_by_who_asked_and_only_once(
    running: BotProcess, discord_server: DiscordServer, home: Path, stranger: User
) -> None:
    people = discord_server.people
    file = home / "files" / "rituals" / "notes.md"

    asked = people.say("!storage put rituals/notes.md", files=(Upload("notes.md", b"new"),))
    question = await people.reply(asked)
    refused = await people.answered(people.click(question, "Replace", user=stranger))
    before = file.read_text()
    agreed = people.click(question, "Replace")
    people.resend(agreed)
    answers = await people.replies(asked, 2)

    assert "Only who asked may answer" in str(refused.data)
    assert (before, file.read_text()) == ("old", "new")
    assert "In the folder" in answers[1].content
    assert question.components == []


async def test_a_cancelled_question_leaves_the_file(
    running: BotProcess, discord_server: DiscordServer, home: Path, control: ControlSocket
) -> None:
    people = discord_server.people

    question = await people.answer(people.run("storage restore", path="rituals/notes.md"))
    people.click(question, "Cancel")
    await until(lambda: "nothing was done" in question.content)

    assert control.keys("POST /v1/restore") == []


async def test_a_permission_taken_away_after_the_question_counts_when_the_button_is_pressed(
    running: BotProcess, discord_server: DiscordServer, control: ControlSocket, keepers: Role
) -> None:
    people, world = discord_server.people, discord_server.platform.world
    keeper = world.add_user("keeper")
    member = world.add_member(keeper, keepers)

    question = await people.answer(people.run("storage restore", user=keeper, path="rituals/notes.md"))
    member.roles.clear()
    refused = await people.answered(people.click(question, "Replace", user=keeper))
    await until(lambda: not question.components)

    assert "This is for the architect and the allowed roles only." in str(refused.data)
    assert control.keys("POST /v1/restore") == []


async def test_a_file_comes_back_from_the_trash(
    running: BotProcess, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.answers["POST /v1/restore"] = {"path": "gone.txt", "size": 7, "version": "v1"}
    people = discord_server.people

    asked = people.say("!storage restore gone.txt v1")
    reply = await people.reply(asked)

    assert "Back again" in reply.content
    assert control.keys("POST /v1/restore") == [f"discord-{asked.id}"]
    assert control.calls[-1][2] == {"path": "gone.txt", "version": "v1", "to": None, "folder": None}


async def test_acts_and_refusals_stand_in_the_audit_log(
    running: BotProcess, discord_server: DiscordServer, control: ControlSocket, stranger: User
) -> None:
    people = discord_server.people

    await people.reply(people.say("!sync pause"))
    # the reply is there before the command is over and noted
    await until(lambda: running.events("command_finished"), what="the first is noted before the second")
    await people.reply(people.say("!sync pause", user=stranger))
    await people.reply(people.say("!status"))
    shown = await people.reply(people.say("!audit"))

    text = shown.embeds[0]["description"]
    assert "the chain is whole" in shown.content
    assert [line.split(" ")[0] for line in text.splitlines()] == ["⛔", "✅"]
    assert f"<@{stranger.id}> **sync pause** · denied" in text


async def test_a_path_may_name_one_of_several_folders_and_what_any_of_them_holds_is_asked_about(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.answers["POST /v1/restore"] = {"path": "gone.txt", "size": 7, "version": "v1"}
    control.answers["POST /v1/conflicts/resolve"] = {"path": "c.txt", "kept": "both"}
    config = home / "helix.toml"
    config.write_text(
        "".join(
            f'[[folder]]\nname = "{name}"\nlocal = "{home}/{name}"\nremote = "local:{home}/there-{name}"\n'
            for name in ("art", "state")
        )
    )
    (home / "state").mkdir()
    (home / "state" / "there.txt").write_text("present")
    people = discord_server.people

    async with bot(home, environment(home, discord_server, HELIX_CONFIG=str(config))):
        await people.ready()
        await people.reply(people.say("!storage restore state:gone.txt v1"))
        restored = control.calls[-1][2]
        await people.reply(people.say("!sync resolve state:c.txt both"))
        resolved = control.calls[-1][2]
        question = await people.reply(people.say("!storage restore there.txt"))

    assert restored == {"path": "gone.txt", "version": "v1", "to": None, "folder": "state"}
    assert resolved == {"path": "c.txt", "keep": "both", "folder": "state"}
    assert "is there already" in question.content
