"""When does sync start, beat and stop?

The daemon holds the keepers side by side, posts the report once a second from the same loop, serves the control socket,
and at SIGTERM flushes within the stop time: what is not done by then is found again at the next start.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence

from helix.board import Board
from helix.core.health import Check, JsonScalar, State
from helix.errors import HelixError
from helix.lifecycle import Heart, Pulse
from helix.settings import Settings
from services.sync.apply.throttle import Throttle
from services.sync.checks import checks_of, together
from services.sync.desk import Desk
from services.sync.keeper import Keeper
from services.sync.last_passes import last_passes
from services.sync.lease_check import lease_check
from services.sync.metrics import Metrics
from services.sync.remotes.timed import Requests
from services.sync.socket_api import serve

log = logging.getLogger(__name__)

PROGRAM = "sync"
FLUSH_SECONDS = 15.0
"""Of the 30 seconds that supervisord waits; the rest is for an upload that must be broken off, and for closing."""
LAST_SECONDS = 5.0


class Deadline:
    """Until when actions may still be begun; never, unless the program is stopping."""

    def __init__(self) -> None:
        self.at = float("inf")

    def passed(self) -> bool:
        """Whether no further action may begin."""
        return time.monotonic() >= self.at

    def set(self, seconds: float) -> None:
        """The program is stopping."""
        self.at = time.monotonic() + seconds


class Daemon:
    """All keepers of the program."""

    def __init__(
        self,
        settings: Settings,
        keepers: Sequence[Keeper],
        throttle: Throttle,
        deadline: Deadline,
        requests: Requests,
    ) -> None:
        self._settings = settings
        self._keepers = keepers
        self._deadline = deadline
        self._stopping = False
        self._metrics = Metrics(throttle, requests)
        self._heart = Heart(PROGRAM, Board(settings.run_dir), self._pulse)
        self.desk = Desk(keepers, throttle, state=self.state, checks=self.checks, metrics=self.metrics)
        for keeper in keepers:
            keeper.announce = self.desk.announce
            keeper.on_run = self._metrics.count

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then flush and leave."""
        heart = asyncio.create_task(self._heart.run())
        try:
            async with serve(self.desk, str(self._settings.control_socket)):
                await self._work(stop)
        finally:
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await heart
            await self._heart.withdraw()

    async def _work(self, stop: asyncio.Event) -> None:
        tasks = [asyncio.create_task(keeper.run(), name=keeper.name) for keeper in self._keepers]
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        self._stopping = True
        self._deadline.set(FLUSH_SECONDS)
        log.info("stopping", extra={"seconds": FLUSH_SECONDS})
        await self._flush(tasks)
        for task in done:
            if task is not stopped:
                task.result()

    async def _flush(self, tasks: Sequence["asyncio.Task[None]"]) -> None:
        """Let every folder finish what it can, then close it."""
        flushes = [asyncio.create_task(last_passes(keeper, self._deadline.passed)) for keeper in self._keepers]
        _, late = await asyncio.wait(flushes, timeout=FLUSH_SECONDS + LAST_SECONDS)
        for task in (*tasks, *late):
            task.cancel()
        await asyncio.wait([*tasks, *flushes], timeout=LAST_SECONDS)
        await asyncio.gather(*(_close(keeper) for keeper in self._keepers))

    def state(self) -> str:
        """Where the program is on its way."""
        if self._stopping:
            return State.STOPPING
        if not all(keeper.standing.restored for keeper in self._keepers):
            return State.STARTING
        return State.WRITER if all(keeper.lease.held for keeper in self._keepers) else State.STANDBY

    def checks(self) -> tuple[Check, ...]:
        """All checks of all folders: what is well once, each trouble by itself."""
        alone = len(self._keepers) == 1
        found = together(checks_of(keeper, alone=alone) for keeper in self._keepers)
        return (*found, lease_check(self._keepers))

    def metrics(self) -> str:
        """The figures as text."""
        return self._metrics.collect(self._keepers, self._heart.lag_seconds)

    def _pulse(self) -> Pulse:
        facts: dict[str, JsonScalar] = {"folders": len(self._keepers)}
        facts["pending"] = sum(keeper.standing.pending for keeper in self._keepers)
        facts["files"] = sum(keeper.standing.totals[0] for keeper in self._keepers)
        facts["writer_elsewhere"] = any(keeper.lease.rival for keeper in self._keepers)
        facts["paused"] = all(keeper.paused for keeper in self._keepers)
        if any(keeper.standing.tally and keeper.standing.tally.total for keeper in self._keepers):
            self.desk.announce("progress")
        return Pulse(self.state(), self.checks(), facts, self.metrics())


async def _close(keeper: Keeper) -> None:
    await keeper.verifier.stop()
    await keeper.lease.release()
    keeper.cycle.journal.fence = lambda: None
    await asyncio.to_thread(keeper.cycle.journal.close)
    with contextlib.suppress(HelixError):
        await keeper.cycle.remote.close()
