"""Does one of two containers with one token answer, also when PostgreSQL says who writes? (No. 19 of the failures.)"""

import asyncio
import contextlib

import pytest

from helix.board import Board
from helix.core.health import Report
from tests.emulators.discord import DiscordServer
from tests.running import Helix, start_helix
from tests.services.bot.stage import addresses, until
from tests.services.sync.postgres import server


async def reported(helix: Helix, program: str, state: str, *, within: float = 60.0) -> Report:
    """Wait for a program's report of that state."""
    board = Board(helix.home / "run")

    def found() -> bool:
        report = board.read(program)
        return isinstance(report, Report) and report.state == state

    await until(found, within=within)
    report = board.read(program)
    assert isinstance(report, Report)
    return report


@pytest.mark.parametrize("database", [False, True], ids=["file", "postgres"])
async def test_a_command_is_answered_once_and_by_the_next_container_after_the_first(
    discord_server: DiscordServer, database: bool
) -> None:
    people, world = discord_server.people, discord_server.platform.world
    settings = addresses(discord_server)
    with contextlib.ExitStack() as stack:
        if database:
            settings["DATABASE_URL"] = stack.enter_context(server()).url()
        with start_helix(**settings) as one:
            await reported(one, "sync", "writer")
            await reported(one, "bot", "connected")
            settings["HELIX_REMOTE"] = f"local:{one.remote}"
            with start_helix(**settings) as two:
                await reported(two, "sync", "standby")
                await reported(two, "bot", "standby")
                await people.reply(people.say("!version"), timeout=30)
                waiting = await reported(two, "bot", "standby")
                await asyncio.to_thread(one.stop)
                await reported(two, "sync", "writer")
                await reported(two, "bot", "connected")
                await people.reply(people.say("!version"), timeout=30)
        answers = [message for message in world.history(world.channel) if message.author is world.bot]

    assert waiting.facts["identifies"] == 0
    assert len(answers) == 2
