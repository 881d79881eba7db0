"""What do people get who asked for a pass, and when?

The answer covers all that stood in the folder when they asked. A file that was saved a moment before is left alone by
the pass that comes at once, for it may still be written; so they wait for the pass that takes it. What is written
after they asked is not waited for.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from helix.errors import Refused
from services.sync.journal.history import Run

GRACE_SECONDS = 2.0
"""Beyond the settling: for the pass that follows a conflict, or a change under our hands."""

GOOD = ("done", "nothing")
"""Outcomes after which the next pass comes without a wait."""


def refusal() -> Refused:
    """Why nobody gets a pass now."""
    return Refused("sync is paused", remedy="resume it first: `helix sync resume`", code="paused")


@dataclass(slots=True)
class _Asker:
    answer: "asyncio.Future[Run]"
    at: float
    run: Run | None = None
    """All passes since they asked, as one."""


class Asked:
    """Those who asked for a pass of one folder."""

    def __init__(self, settle_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = settle_seconds + GRACE_SECONDS
        self._clock = clock
        self._askers: list[_Asker] = []
        self._began = 0.0
        self._served = 0
        """How many had asked when the pass under way began; none between passes."""

    def ask(self) -> "asyncio.Future[Run]":
        """Somebody asks; the result is how it went, or `Refused` where the folder is paused meanwhile."""
        future: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
        self._askers.append(_Asker(future, self._clock()))
        return future

    def begin(self) -> None:
        """A pass begins."""
        self._began = self._clock()
        self._served = len(self._askers)

    def ended(self, run: Run, *, paused: bool, unfinished: bool) -> None:
        """The pass has ended; `unfinished`: it has made, or met, what only another pass can do."""
        follows = run.outcome in GOOD and not paused and (unfinished or run.waiting)
        served, later = self._askers[: self._served], self._askers[self._served :]
        self._served = 0
        for asker in served:
            asker.run = asker.run.followed_by(run) if asker.run else run
            if follows and self._began - asker.at < self._patience:
                later.append(asker)
            elif not asker.answer.done():
                asker.answer.set_result(asker.run)
        self._askers = later

    def give_up(self) -> None:
        """The folder is paused: no other pass comes than the one under way."""
        for asker in self._askers[self._served :]:
            if asker.answer.done():
                continue
            if asker.run:
                asker.answer.set_result(asker.run)
            else:
                asker.answer.set_exception(refusal())
        del self._askers[self._served :]
