"""When does a folder get its next pass, and how does it stand between passes?

One keeper a folder. A hint (a watcher, a person, a settled file) brings the next pass forward, a jittered period is the
longest wait, a failed run backs off. What people ask for is remembered until a pass has done it.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from functools import partial

from helix.core.guards import Trip, TripKind
from helix.core.pacing import Backoff
from helix.errors import HelixError
from services.sync.apply.errors import translate
from services.sync.apply.executor import Tally
from services.sync.asked import Asked
from services.sync.attention import Attention
from services.sync.cycle import Cycle, Result, Wishes
from services.sync.decisions import Answer, Decisions
from services.sync.hints import EVERYWHERE, Hint
from services.sync.housekeeping import Housekeeping
from services.sync.journal import history
from services.sync.journal.errors import JournalFailed
from services.sync.journal.history import Run
from services.sync.lease import Lease, LeaseLost, LeaseStore
from services.sync.remotes.errors import Misconfigured, OverQuota, RemoteError
from services.sync.standing import Phase, Standing, run_of
from services.sync.trash import Trash
from services.sync.verify import Verifier
from services.sync.watch import WatchFailed, changes
from services.sync.whole import Stopped

log = logging.getLogger(__name__)
DEBOUNCE_SECONDS = 0.2
"""A burst of changes becomes one pass."""
GUARD_SECONDS = 15.0
"""How often a guarded folder looks whether the cause has gone (the volume is mounted again)."""
BACKOFF = Backoff(first=1.0, ceiling=120.0, tries=1_000_000)

_FILES_ARE_THERE = {TripKind.MASS_DELETION, TripKind.CLOCK_JUMP, TripKind.REMOTE_RESET}
"""Rails that say nothing against the local files: a start with such a trip is ready."""


class Keeper:
    """Keeps one folder."""

    def __init__(self, cycle: Cycle, lease_store: LeaseStore, owner: str) -> None:
        self.cycle = cycle
        self.announce: Callable[[str], None] = lambda _kind: None
        self.on_run: Callable[[Run], None] = lambda _run: None
        self.lease = Lease(lease_store, owner, on_change=self.hint)
        self.standing = Standing()
        self.trash = Trash(cycle.root, cycle.remote, cycle.journal)
        self.verifier = Verifier(cycle)
        self.decisions = Decisions(cycle.journal)
        self.busy = asyncio.Lock()
        """Held by whoever changes the folder or the remote: a pass, a restore, a decision."""
        self._attention = Attention(cycle.folder.scan_seconds)
        self._bell = asyncio.Event()
        self._asked = Asked(cycle.folder.settle_seconds)
        self._connected = False
        self._claimed = asyncio.Event()
        self._housekeeping = Housekeeping(cycle.folder, cycle.remote, cycle.journal, self.trash)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.cycle.folder.name

    @property
    def paused(self) -> bool:
        """Whether a person has paused the folder."""
        return self.decisions.paused

    async def run(self) -> None:
        """Pass after pass, until cancelled. Watching begins when the first pass has made the folder."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hold_lease())
            wait = await self._next_pass()
            while not self.standing.passes:
                await self._wait(wait)
                wait = await self._next_pass()
            group.create_task(self._watch(changes(self.cycle.root)))
            group.create_task(self._watch(self.cycle.remote.events()))
            while True:
                await self._wait(wait)
                wait = await self._next_pass()

    async def _next_pass(self) -> float | None:
        """One pass, unless a person has paused the folder; gives the longest wait until the next."""
        rests = self.paused and (self._connected or self.standing.passes)
        return None if rests else await self.one_pass()

    def hint(self, where: Hint = EVERYWHERE) -> None:
        """Something may have changed."""
        self._attention.add(where)
        self._bell.set()

    def ask(self) -> "asyncio.Future[Run]":
        """Ask for a pass now; the future is its result, with what was saved right before it was asked for."""
        self.hint()
        return self._asked.ask()

    async def pause(self, paused: bool) -> None:
        """Pause or resume. Raises `JournalFailed` if that won't outlive the program."""
        if paused and self.standing.phase in (Phase.IDLE, Phase.GUARDED, Phase.ERROR):
            self.standing.phase = Phase.PAUSED
        if paused:
            self._asked.give_up()
        self.hint()
        await self.decisions.pause(paused)

    async def decide(self, trip: Trip, *, proceed: bool) -> None:
        """Answer a guard rail: do what it holds back, or look again and bring back what is gone."""
        await (self.decisions.approve(trip) if proceed else self.decisions.keep(trip))
        self.hint()

    async def flush(self) -> None:
        """A last pass that waits for no file to settle, and sees what no hint told."""
        self._attention.add(EVERYWHERE)
        await self.one_pass(settle_seconds=0.0)

    async def one_pass(self, *, settle_seconds: float | None = None) -> float | None:
        """One pass, its result noted; gives the longest wait until the next."""
        async with self.busy:
            self._asked.begin()
            tally = Tally()
            run, wait = await self._attempt(settle_seconds, tally)
            if run.outcome in ("failed", "stopped", "guarded"):
                self._attention.add(EVERYWHERE)
            if run.outcome in ("failed", "stopped"):
                await self.decisions.broke_off(tally.done, tally.bytes_done)
            self._asked.ended(run, paused=self.paused, unfinished=self.standing.unfinished)
        if run.conflicts:
            self.announce("conflict")
        self.announce("run" if run.outcome != "nothing" else "status")
        return wait

    async def _attempt(self, settle_seconds: float | None, tally: Tally) -> tuple[Run, float | None]:
        standing, started = self.standing, time.time()
        standing.tally = tally
        self.decisions.begin()
        standing.phase = Phase.SYNCING if standing.restored else Phase.STARTING
        try:
            await self._connect()
            if self.paused and not standing.passes:
                return await self._rest(started, tally), None
            self.cycle.journal.fence = self.lease.fence()
            result = await self.cycle.run(self._wishes(settle_seconds), tally)
        except Stopped:
            return self._ended(started, tally, "stopped"), 0.0
        except HelixError as error:
            return self._failed(started, tally, error)
        except OSError as error:
            return self._failed(started, tally, translate(error, "the local folder"))
        finally:
            standing.tally = None
        standing.passes += 1
        standing.failures = 0
        standing.error = None
        return await self._passed(started, result)

    def _wishes(self, settle_seconds: float | None) -> Wishes:
        answer = self.decisions.take()
        cleared = partial(self.decisions.spend, answer)
        where = self._attention.take() if answer == Answer() else EVERYWHERE
        return Wishes(self.lease.held, answer.opens, answer.keep_deleted, settle_seconds, cleared, where)

    async def _rest(self, started: float, tally: Tally) -> Run:
        """The folder was paused before the program started: its files are there if it is the folder that was kept."""
        marks = await self.cycle.marker.read()
        self.standing.restored = marks.local is not None and marks.local == marks.journal
        self.standing.phase = Phase.PAUSED
        self.standing.error = None
        return self._ended(started, tally, "nothing")

    async def _passed(self, started: float, result: Result) -> tuple[Run, float | None]:
        standing, tally = self.standing, result.tally
        standing.saw(result.look)
        standing.did(tally)
        if result.look.trip is not None:
            await self.decisions.refused(result.look.trip)
            return self._guarded(started, tally, result.look.trip), GUARD_SECONDS
        standing.trip = None
        standing.restored = True
        standing.phase = Phase.PAUSED if self.paused else Phase.IDLE
        standing.pending = tally.left + tally.failed + tally.waiting
        outcome = "partial" if tally.failed else "done" if tally.done else "nothing"
        standing.last_success = time.time() if not tally.failed else standing.last_success
        run = self._ended(started, tally, outcome)
        await self._remember(run)
        if self.lease.held or isinstance(self.lease.error, OverQuota):
            # without old trash a full remote's lease can't be renewed
            await self._housekeeping.run(standing)
        standing.unfinished = tally.again or result.look.plan.more
        more = standing.unfinished or tally.failed or tally.left
        self._attention.looked(result.look.where)
        self._attention.add(EVERYWHERE if more else result.look.waiting)
        waits = [self._attention.patience]
        if result.look.wake_in is not None:
            waits.append(result.look.wake_in + 0.05)
        if standing.unfinished:
            waits.append(DEBOUNCE_SECONDS)
        if tally.failed:
            waits.append(BACKOFF.wait(min(standing.passes, 6), random.random) or BACKOFF.ceiling)
        return run, min(waits)

    def _guarded(self, started: float, tally: Tally, trip: Trip) -> Run:
        standing = self.standing
        if standing.trip is None or standing.trip.kind is not trip.kind:
            standing.tripped_at = time.time()
            log.warning("guard_tripped", extra={"folder": self.name, "kind": trip.kind, "cause": trip.text})
            self.announce("guard")
        standing.trip = trip
        standing.restored = standing.restored or trip.kind in _FILES_ARE_THERE
        standing.phase = Phase.PAUSED if self.paused else Phase.GUARDED
        return self._ended(started, tally, "guarded", HelixError(trip.text, remedy=trip.remedy))

    def _failed(self, started: float, tally: Tally, error: HelixError) -> tuple[Run, float]:
        standing = self.standing
        standing.failures += 1
        standing.error = error
        standing.phase = Phase.ERROR if standing.restored else Phase.STARTING
        if self.paused:
            standing.phase = Phase.PAUSED
        if isinstance(error, RemoteError):
            self._connected = False
        if isinstance(error, LeaseLost):
            self.cycle.journal.forget_pending()
        wait = BACKOFF.wait(standing.failures, random.random) or BACKOFF.ceiling
        if isinstance(error, Misconfigured):
            wait = BACKOFF.ceiling
        elif isinstance(error, RemoteError) and error.retry_after:
            wait = max(wait, error.retry_after)
        log.warning("pass_failed", extra={"folder": self.name, "cause": str(error), "wait": round(wait, 1)})
        return self._ended(started, tally, "failed", error), wait

    def _ended(self, started: float, tally: Tally, outcome: str, error: HelixError | None = None) -> Run:
        run = run_of(started, tally, outcome, error)
        if outcome != "nothing":
            log.info("pass_finished", extra={"folder": self.name, "outcome": outcome, "done": tally.done})
        self.standing.last_run = run
        self.on_run(run)
        return run

    async def _remember(self, run: Run) -> None:
        """Write the run down; a journal that can't take it is the next pass's trouble."""
        with contextlib.suppress(JournalFailed):
            await asyncio.to_thread(self._write_run, run)

    def _write_run(self, run: Run) -> None:
        journal, standing = self.cycle.journal, self.standing
        if run.outcome != "nothing" or standing.passes == 1:
            history.add_run(journal, run)
            standing.read(journal)
        journal.set_fact("last_run", repr(run.finished))
        if standing.last_success:
            journal.set_fact("last_success", repr(standing.last_success))

    async def _connect(self) -> None:
        if self._connected:
            return
        await asyncio.to_thread(self.cycle.journal.open)
        await self._recall()
        await self.cycle.remote.connect()
        await self._housekeeping.begin()
        await self.lease.step()
        self._connected = True
        self._claimed.set()

    async def _recall(self) -> None:
        """What the journal knows of the time before the start, told until the first pass knows better."""
        await self.decisions.recall()
        await self.verifier.recall()
        await asyncio.to_thread(self.standing.read, self.cycle.journal)

    async def _hold_lease(self) -> None:
        """Renew the claim from the first connection on: also a first pass may take longer than a claim lasts."""
        await self._claimed.wait()
        await self.lease.run()

    async def _watch(self, hints: AsyncIterator[Hint]) -> None:
        """Turn hints into passes; without hints the period does."""
        try:
            async for hint in hints:
                self.hint(hint)
        except (WatchFailed, HelixError) as error:
            self.standing.watch_error = str(error)
            log.warning("watch_failed", extra={"folder": self.name, "cause": str(error)})

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # wait_for would swallow a cancellation that comes with the bell
                await self._bell.wait()
        await asyncio.sleep(DEBOUNCE_SECONDS)
        self._bell.clear()
