"""How is a whole plan carried out: in which order, how many at once, and what when something fails?

Waves of `helix.core.order`, a bounded number of actions side by side inside a wave, small ones many at once where the
remote is a disk (small.py). A failed item is counted and the others go on; a failed run stops everything. Notes are
committed in small groups, always after the act.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from helix.core.actions import (
    Action,
    Adopt,
    Compare,
    Download,
    KeepBoth,
    MoveLocal,
    MoveRemote,
    StepAside,
    TrashLocal,
    TrashRemote,
    cost,
)
from helix.core.growth import Growth, growth
from helix.core.order import waves
from helix.errors import HelixError
from services.sync.apply.acts import Acts
from services.sync.apply.errors import LocalChanged, LocalFailed
from services.sync.apply.meter import Meter
from services.sync.apply.notes import Notes
from services.sync.apply.small import SmallActs
from services.sync.carriers import Carriers
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Event
from services.sync.remotes.errors import Changed, Corrupt, Gone, ItemFailed, SourceChanged

log = logging.getLogger(__name__)

COMMIT_SECONDS = 0.2
BEAT = 256
"""After so many outcomes of a batch the event loop looks round: some milliseconds."""
NAMED = 1000
"""Failures that are kept by name; beyond that only counted."""
ITEM_TRIES = 3
"""A damaged transfer is tried so often within a pass."""


@dataclass(slots=True)
class Tally:
    """What a pass has done so far, and how far it is."""

    total: int = 0
    bytes_total: int = 0
    done: int = 0
    bytes_done: int = 0
    """Of actions that have ended, well or badly."""
    bytes_moved: int = 0
    """What went to the other side, of actions that ended well."""
    uploaded: int = 0
    downloaded: int = 0
    trashed: int = 0
    moved: int = 0
    conflicts: int = 0
    failed: int = 0
    waiting: int = 0
    """Paths that are left because people are still writing or deleting there."""
    left: int = 0
    """Actions that are left to the writer."""
    again: bool = False
    """Something moved under our hands: look again soon."""
    failures: dict[str, HelixError] = field(default_factory=dict)
    """Of the first `NAMED` that failed."""
    meter: Meter = field(default_factory=Meter)
    on_growth: Callable[[Growth], None] | None = None
    """Told of each action that makes a side grow or shrink."""

    def expect(self, count: int, size: int) -> None:
        """So many actions of so many bytes come next. What was said of the whole before holds, if it was enough."""
        self.total = max(self.total, self.done + count)
        self.bytes_total = max(self.bytes_total, self.bytes_done + size)


class Executor:
    """Carries out one plan."""

    def __init__(
        self, acts: Acts, journal: Journal, tally: Tally, carriers: Carriers | None, *, stopping: Callable[[], bool]
    ) -> None:
        """`carriers`: of small files, where both sides are disks."""
        self._acts = acts
        self._journal = journal
        self._tally = tally
        self._parallel = acts.there.features.parallel
        self._stopping = stopping
        self._broken: HelixError | None = None
        watched = acts.throttle.watched(tally.meter.add)
        self._small = SmallActs(carriers, watched) if carriers else None

    async def run(self, actions: Sequence[Action]) -> None:
        """Do all actions. Raises what stops a run; all that was done is remembered first, if the journal can."""
        self._tally.expect(len(actions), sum(cost(action) for action in actions))
        async with self._committing():
            if self._small:
                await self._small.expect(actions)
            for wave in await asyncio.to_thread(waves, actions):
                await self._wave(wave)

    async def _wave(self, wave: Sequence[Action]) -> None:
        queue = self._small.batches(wave) if self._small else ([action] for action in wave)
        count = min(self._parallel, len(wave))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(count):
                    group.create_task(self._work(queue))
        except BaseExceptionGroup as failures:
            raise _gravest(failures) from None

    async def _work(self, queue: Iterator[list[Action]]) -> None:
        for batch in queue:
            if self._broken is not None:
                raise self._broken
            if self._stopping():
                self._tally.again = True
                return
            if self._small and len(batch) > 1:
                await self._several(self._small, batch)
            else:
                await self._one(batch[0])
                self._ended(batch[0])

    async def _several(self, small: SmallActs, batch: Sequence[Action]) -> None:
        """Actions that are done together; what stops the run is raised when all that was done is noted."""
        self._journal.fence()
        outcomes = await small.perform(batch, self._journal.fence)
        stops: list[HelixError] = []
        for number, (action, outcome) in enumerate(zip(batch, outcomes, strict=True)):
            if not number % BEAT:
                await asyncio.sleep(0)  # others of the loop have their turn
            if isinstance(outcome, tuple):
                self._done(action, outcome)
            elif not isinstance(outcome, HelixError):
                await self._one(outcome)
            elif isinstance(outcome, ItemFailed | LocalFailed):
                self._refused(action, outcome)
            else:
                stops.append(outcome)
                continue
            self._ended(action)
        if stops:
            raise stops[0]

    async def _one(self, action: Action) -> None:
        """One action; a failure of this item ends here."""
        for attempt in range(1, ITEM_TRIES + 1):
            try:
                self._journal.fence()
                notes = await self._measured(action).perform(action)
            except (ItemFailed, LocalFailed) as error:
                if isinstance(error, Corrupt) and attempt < ITEM_TRIES:
                    continue
                self._refused(action, error)
            else:
                self._done(action, notes)
            finally:
                self._tally.meter.landed(action.path)
            return

    def _measured(self, action: Action) -> Acts:
        """Acts whose bytes count as under way for this path, until it has ended."""
        tell = partial(self._tally.meter.add, path=action.path)
        return replace(self._acts, throttle=self._acts.throttle.watched(tell))

    def _done(self, action: Action, notes: Notes) -> None:
        self._journal.note(*notes)
        self._count(action, notes)
        if self._tally.on_growth and (grown := growth(action)):
            self._tally.on_growth(grown)

    def _ended(self, action: Action) -> None:
        """Well or badly, but for good in this pass."""
        self._tally.done += 1
        self._tally.bytes_done += cost(action)

    def _refused(self, action: Action, error: ItemFailed | LocalFailed) -> None:
        """What moved under our hands is looked at again; anything else is a failure that people are told of."""
        if isinstance(error, Changed | Gone | SourceChanged | LocalChanged):
            log.info("action_refused", extra={"path": action.path, "cause": str(error)})
            self._tally.again = True
        else:
            self._failed(action, error)

    def _failed(self, action: Action, error: HelixError) -> None:
        self._tally.failed += 1
        if len(self._tally.failures) < NAMED:
            self._tally.failures[action.path] = error
        what = type(action).__name__
        self._journal.note(Event(time.time(), action.path, what, "failed", 0, str(error)))
        log.warning("action_failed", extra={"path": action.path, "action": what, "cause": str(error)})

    def _count(self, action: Action, notes: Notes) -> None:
        tally = self._tally
        happened = {note.action: note.size for note in notes if isinstance(note, Event)}
        tally.bytes_moved += happened.get("upload", 0) + happened.get("download", 0)
        tally.conflicts += "conflict" in happened
        tally.uploaded += "upload" in happened
        tally.downloaded += "download" in happened
        match action:
            case TrashLocal() | TrashRemote():
                tally.trashed += 1
            case MoveLocal() | MoveRemote():
                tally.moved += 1
            case KeepBoth() | StepAside() | Compare():
                tally.again = tally.again or "conflict" in happened
            case Adopt() | Download() | _:
                pass

    @contextlib.asynccontextmanager
    async def _committing(self) -> AsyncIterator[None]:
        """Commit in small groups meanwhile, and the rest at the end, whatever happens."""
        committer = asyncio.create_task(self._commit_often())
        try:
            yield
        finally:
            committer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await committer
            await asyncio.shield(asyncio.to_thread(self._journal.commit))

    async def _commit_often(self) -> None:
        """Commit until cancelled; a commit that fails stops the run before its next action."""
        try:
            while True:
                await asyncio.sleep(COMMIT_SECONDS)
                await asyncio.to_thread(self._journal.commit)
        except HelixError as error:
            self._broken = error


def _gravest(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one failure to report of several that stopped a wave: not ours before ours, then the first."""
    flat: list[BaseException] = []
    for failure in failures.exceptions:
        flat.append(_gravest(failure) if isinstance(failure, BaseExceptionGroup) else failure)
    return next((failure for failure in flat if not isinstance(failure, HelixError)), flat[0])
