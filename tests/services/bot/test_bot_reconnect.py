"""Does the bot come back from every loss of its connection that the library does not mend?"""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import yarl
from discord.gateway import DiscordWebSocket

from helix.board import Board
from helix.core.health import Report, Status
from services.bot.lives import Timing
from tests.emulators.discord import DiscordServer
from tests.services.bot.inside import BRISK, bot_inside, clients, reported, says
from tests.services.bot.stage import environment, until


async def test_a_refused_first_gateway_connection_is_tried_again_with_a_new_client(
    home: Path, discord_server: DiscordServer
) -> None:
    env = environment(home, discord_server, DISCORD_GATEWAY_URL="ws://127.0.0.1:9")

    async with bot_inside(home, env, timing=replace(BRISK, watchdog_seconds=9.0)) as board:
        await until(lambda: clients(board) >= 2)
        away = reported(board)
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(discord_server.gateway_url)
        await discord_server.people.ready()
        await until(lambda: says(board, "connected"))

    assert away.checks[0].status is Status.WARN
    assert "the gateway refuses connections" in away.checks[0].output


async def test_rest_refused_at_login_is_a_warning_and_tried_again(home: Path, discord_server: DiscordServer) -> None:
    await discord_server.go_down()

    async with bot_inside(home, environment(home, discord_server), timing=BRISK) as board:
        await until(lambda: says(board, "away"))
        away = reported(board)
        await discord_server.come_up()
        await discord_server.people.ready()
        await until(lambda: says(board, "connected"))

    assert (away.checks[0].status, "Discord is not reachable" in away.checks[0].output) == (Status.WARN, True)


async def test_a_dead_resume_address_ends_the_client_and_a_new_one_connects(
    home: Path, discord_server: DiscordServer
) -> None:
    discord_server.platform.settings.resume_url = "ws://127.0.0.1:9"
    people = discord_server.people

    async with bot_inside(home, environment(home, discord_server), timing=BRISK) as board:
        await until(lambda: says(board, "connected"))
        discord_server.platform.settings.resume_url = None
        discord_server.cut()
        await discord_server.platform.record.wait("identify", count=2)
        reply = await people.reply(people.say("!version"))

        await until(lambda: clients(board) >= 2)

    assert "Helix" in reply.content


async def test_a_dropped_connection_is_resumed_by_the_same_client(home: Path, discord_server: DiscordServer) -> None:
    async with bot_inside(home, environment(home, discord_server), timing=BRISK) as board:
        await until(lambda: says(board, "connected"))
        discord_server.ask_to_reconnect()
        await discord_server.platform.record.wait("resume")
        await until(lambda: reported(board).facts["resumes"] == 1)

        assert (reported(board).facts["clients"], reported(board).facts["identifies"]) == (1, 1)


async def test_a_black_hole_shows_as_a_warning_before_the_library_notices(
    home: Path, discord_server: DiscordServer
) -> None:
    discord_server.platform.settings.heartbeat_interval = 0.4

    async with bot_inside(home, environment(home, discord_server), timing=BRISK) as board:
        await discord_server.people.ready()
        await until(lambda: says(board, "connected"))
        await until(lambda: reported(board).checks[0].status is Status.PASS, what="a heartbeat is answered in time")
        discord_server.black_hole()
        await until(lambda: reported(board).checks[0].status is Status.WARN)

        assert "has not answered the bot's heartbeat" in reported(board).checks[0].output


async def test_the_gateway_is_left_to_another_container_while_that_is_the_writer(
    home: Path, discord_server: DiscordServer
) -> None:
    board = Board(home / "run")
    board.run_dir.mkdir()
    record = discord_server.platform.record

    def sync_says(state: str) -> None:
        board.post(_sync_report(state))

    sync_says("standby")
    async with bot_inside(home, environment(home, discord_server), timing=BRISK):
        await until(lambda: says(board, "standby"))
        parked, connections = reported(board), record.of("connect")
        sync_says("writer")
        await discord_server.people.ready()
        await until(lambda: says(board, "connected"))
        sync_says("standby")
        await until(lambda: says(board, "standby"))

    assert (parked.checks[0].status, connections) == (Status.PASS, [])
    assert len(record.calls("GET", "/users/@me")) == 2
    assert [entry.data["code"] for entry in record.of("disconnect")] == [1000]


def _sync_report(state: str) -> Report:
    now = time.time()
    return Report("sync", 1, "0", "0", state, now, now, facts={"writer_elsewhere": state == "standby"})


async def test_sessions_that_end_at_once_do_not_use_up_the_days_budget(
    home: Path, discord_server: DiscordServer
) -> None:
    timing = Timing(
        watchdog_seconds=30,
        first_delay_seconds=0.05,
        longest_delay_seconds=30,
        look_seconds=0.2,
        sessions_an_hour=1,
        start_seconds=0.0,
    )
    record = discord_server.platform.record

    async with bot_inside(home, environment(home, discord_server), timing=timing) as board:
        await until(lambda: says(board, "connected"))
        discord_server.invalidate(resumable=False)
        await record.wait("identify", count=2)
        await until(lambda: "Discord ends every session" in reported(board).checks[0].output)

    assert len(record.of("identify")) == 2


async def test_a_session_that_ends_right_after_it_began_is_not_called_ready_any_more(
    home: Path, discord_server: DiscordServer
) -> None:
    async with bot_inside(home, environment(home, discord_server)):
        await until(calls_ready, what="the library waits for more guilds before it calls the bot ready")

    assert not calls_ready()


def calls_ready() -> list[asyncio.Task[Any]]:
    """Give the library's tasks that wait to call a client ready."""
    return [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == "_delay_ready"]
