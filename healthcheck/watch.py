"""What is the verdict right now, and when did it change?

A background task gathers the situation and judges it twice a second; handlers only read what it found, so no request
ever waits on a sick program. Asking supervisord that often also wakes its loop, which makes restarts quick.
Once the start-up probes have passed, `started` stays true for the life of this process.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from helix.core.health import Check, Report, Situation, State, Status, Verdict
from helix.core.judge import judge
from helix.core.wording import headline, lines

PERIOD_SECONDS = 0.5
STALE_SECONDS = 5.0

_NUMBERS = re.compile(r"\d+")

log = logging.getLogger(__name__)


class Watch:
    """Keeps the verdict fresh."""

    def __init__(self, gather: Callable[[], Awaitable[Situation]], own_report: Callable[[], Report | None]) -> None:
        self.verdict: Verdict | None = None
        self.situation: Situation | None = None
        self.started = False
        self._gather = gather
        self._own_report = own_report
        self._told: list[str] | None = None
        self._changed = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Refresh until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(PERIOD_SECONDS)

    async def refresh(self) -> Verdict:
        """Gather and judge once. This program's own report is taken from memory: a full disk can't hide it."""
        situation = await self._gather()
        own = self._own_report()
        if own is not None:
            situation = replace(situation, reports={**situation.reports, own.program: own})
        verdict = self._and_stopping(judge(situation))
        self.started = self.started or verdict.started
        self.situation = situation
        self.verdict = replace(verdict, started=self.started)
        self._tell(self.verdict)
        self._changed.set()
        self._changed = asyncio.Event()
        return self.verdict

    def stop(self) -> None:
        """Be not ready from now on: this program was told to end."""
        self._stopping = True
        if self.verdict is not None:
            self.verdict = self._and_stopping(self.verdict)

    async def next(self) -> Verdict | None:
        """Wait for the next verdict."""
        await self._changed.wait()
        return self.verdict

    def current(self, now: float) -> Verdict | None:
        """Give the verdict, unless there is none yet or it is too old to be true."""
        if self.verdict is None or abs(now - self.verdict.now) > STALE_SECONDS:
            return None
        return self.verdict

    def _and_stopping(self, verdict: Verdict) -> Verdict:
        if not self._stopping:
            return verdict
        check = Check("health:state", Status.FAIL, "Helix is stopping", "wait for the new container", verdict.now)
        return replace(verdict, status=Status.FAIL, ready=False, state=State.STOPPING, checks=(*verdict.checks, check))

    def _tell(self, verdict: Verdict) -> None:
        """Log each change of the causes, so that the log names what the 503 names; a figure that moves is no change."""
        causes = [_NUMBERS.sub("", f"{check.name} {check.status} {check.output}") for check in verdict.causes]
        if causes == self._told:
            return
        self._told = causes
        level = logging.INFO if verdict.ready else logging.WARNING if verdict.passes_by_itself else logging.ERROR
        facts = {"status": verdict.status, "state": verdict.state, "causes": lines(verdict)}
        log.log(level, "verdict_changed", extra={"headline": headline(verdict), **facts})
