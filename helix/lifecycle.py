"""How does a program start, beat and stop?

`stop_on_signals` turns SIGTERM and SIGINT into an event; `Heart` posts the program's report from the very event loop
that does the work, about once a second, so that a frozen loop goes stale by itself, and measures that loop's lag.
What is said comes from the loop; the writing is done aside, so that a disk that hangs freezes no loop.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from helix import release
from helix.aside import Aside
from helix.board import Board
from helix.core.health import Check, JsonScalar, Report
from helix.errors import Unreachable

PERIOD_SECONDS = 1.0


@asynccontextmanager
async def stop_on_signals() -> AsyncIterator[asyncio.Event]:
    """Give an event that SIGTERM or SIGINT sets; the old handlers come back at the end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a program says at one beat."""

    state: str
    checks: tuple[Check, ...] = ()
    facts: Mapping[str, JsonScalar] = field(default_factory=dict)
    metrics: str = ""


class Heart:
    """Posts a program's pulse to the board, once a period, from the running event loop."""

    def __init__(self, program: str, board: Board, pulse: Callable[[], Pulse]) -> None:
        self.program = program
        self.lag_seconds = 0.0
        self.report: Report | None = None
        self._board = board
        self._pulse = pulse
        self._disk = Aside()
        self._started_at = time.time()

    async def beat(self) -> None:
        """Post once, now; `report` is what was said, also when a full or hanging disk did not take it."""
        await self._post(self._pulse())

    async def last_words(self, state: str, *checks: Check) -> None:
        """Say, before leaving, why: supervisord keeps no status of a quick end. *state* is MISCONFIGURED or FAILED."""
        await self._post(Pulse(state, checks))

    async def withdraw(self) -> None:
        """Take the report down, at an orderly end; after the last post, which may still be under way."""
        with suppress(Unreachable):
            await self._disk.do(lambda: self._board.withdraw(self.program))

    async def run(self) -> None:
        """Beat until cancelled; `lag_seconds` is how late the loop came round last."""
        while True:
            await self.beat()
            due = time.monotonic() + PERIOD_SECONDS
            await asyncio.sleep(PERIOD_SECONDS)
            self.lag_seconds = max(0.0, time.monotonic() - due)

    async def _post(self, pulse: Pulse) -> None:
        current = release.current()
        self.report = report = Report(
            program=self.program,
            pid=os.getpid(),
            version=current.version,
            commit=current.commit,
            state=pulse.state,
            started_at=self._started_at,
            posted_at=time.time(),
            checks=pulse.checks,
            facts=pulse.facts,
        )
        # who reads the board finds out by itself that the disk hangs
        with suppress(Unreachable):
            await self._disk.do(lambda: self._board.post(report, pulse.metrics))
