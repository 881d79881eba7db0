"""The bot inside the test's own process, less patient than in life."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from discord.gateway import DiscordWebSocket
from discord.http import Route

from helix import settings
from helix.board import Board
from helix.core.health import Report
from services.bot.lives import Timing
from services.bot.run import run
from tests.services.bot.stage import until

BRISK = Timing(
    watchdog_seconds=0.6, first_delay_seconds=0.1, longest_delay_seconds=0.3, look_seconds=0.1, start_seconds=0.0
)


@asynccontextmanager
async def bot_inside(home: Path, env: Mapping[str, str], **patience: Any) -> AsyncIterator[Board]:
    """Run the bot in this process; the library's addresses are put back at the end."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    found = settings.from_env(env, cwd=home)
    (home / "run").mkdir(exist_ok=True)
    assert found.discord.token is not None
    patience.setdefault("timing", Timing(start_seconds=0.0))
    running = asyncio.create_task(run(found, found.discord.token, **patience))
    try:
        yield Board(home / "run")
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
        await until(lambda: not heartbeats(), what="no heartbeat thread is left behind")


def heartbeats() -> list[str]:
    """Give the library's heartbeat threads that run."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("keep-alive-handler")]


def reported(board: Board) -> Report:
    """Give what the bot posted last."""
    report = board.read("bot")
    assert isinstance(report, Report)
    return report


def says(board: Board, state: str) -> bool:
    """Say whether the bot posted this state."""
    report = board.read("bot")
    return isinstance(report, Report) and report.state == state


def clients(board: Board) -> int:
    """Give how many clients the bot has built."""
    report = board.read("bot")
    return int(report.facts["clients"] or 0) if isinstance(report, Report) else 0
