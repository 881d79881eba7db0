"""What is one pass over a folder? Gather → decide → apply → remember.

Nothing is held between passes but the folder's settings, its tools and how much there was; what must be remembered is
in the journal. A pass looks everywhere, or only where something is said to have changed.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from helix.core.actions import Action, Reason, Skip
from helix.core.cases import Mode, Rules
from helix.core.guards import ALWAYS_ALLOWED, Approval, Trip
from helix.core.ignore import FILE_NAME, Ignore
from helix.core.names import fold_accents, fold_case
from helix.core.order import removes
from helix.core.plan import Plan, plan
from helix.core.trees import BaseState, LocalState, Row, Side
from helix.settings import Folder
from services.sync import files
from services.sync.apply.acts import Acts
from services.sync.apply.executor import Executor, Tally, writes_remote
from services.sync.apply.local_side import LocalSide
from services.sync.apply.throttle import Throttle
from services.sync.gather import Counts
from services.sync.gathering import Gathering
from services.sync.hints import EVERYWHERE, Hint, around
from services.sync.journal import history
from services.sync.journal.errors import JournalFailed
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Touched
from services.sync.marker import Marker, Marks
from services.sync.nearby import Nearby
from services.sync.rails import Seen, trip_of
from services.sync.remotes.errors import ItemFailed
from services.sync.remotes.remote import Remote
from services.sync.remotes.source import Source
from services.sync.settle import Settler
from services.sync.stamped import Tools
from services.sync.trash import stamp_of
from services.sync.walk import Witness

_SHOWN = {Reason.CLASH, Reason.IN_THE_WAY, Reason.UNSEEN}


async def _nothing(_plan: Plan) -> None:
    """Nobody wants to know."""


class Stopped(Exception):
    """The program is stopping; the pass was left."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What this pass may and shall do besides the folder's settings."""

    writer: bool = True
    """False: a standby, which leaves the remote alone."""
    approvals: tuple[Approval, ...] = ()
    keep_deleted: bool = False
    settle_seconds: float | None = None
    cleared: Callable[[Plan], Awaitable[None]] = _nothing
    """Awaited when the rails have let the pass through, right before its first act."""
    where: Hint = EVERYWHERE
    """Where to look; what is found there may still lead to a look at everything."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen, and what would be done about it."""

    plan: Plan
    counts: Counts
    witness: Witness
    there: Witness
    """The remote's listing, as `witness` is of the local walk."""
    marks: Marks
    trip: Trip | None
    wake_in: float | None
    where: Hint

    @property
    def waiting(self) -> Hint:
        """Where people are still writing or deleting: to be looked at again."""
        return around(a.path for a in self.plan.actions if isinstance(a, Skip) and a.reason is Reason.UNSETTLED)

    @property
    def skipped(self) -> dict[str, str]:
        """Paths that are left out, and why."""
        chosen = {a.path: a.why for a in self.plan.actions if isinstance(a, Skip) and a.reason in _SHOWN}
        there = {path: f"on the remote: {why}" for path, why in self.there.skipped.items()}
        return {**there, **self.witness.skipped, **chosen}

    @property
    def unseen(self) -> int:
        """How many directories could not be read, on both sides."""
        return len(self.witness.unseen) + len(self.there.unseen)


@dataclass(slots=True)
class Result:
    """How a pass ended."""

    look: Look
    tally: Tally = field(default_factory=Tally)
    left: int = 0
    """Actions that are left to the writer."""


class Cycle:
    """Runs passes over one folder, one at a time."""

    def __init__(
        self,
        folder: Folder,
        remote: Remote,
        journal: Journal,
        throttle: Throttle,
        stopping: Callable[[], bool],
    ) -> None:
        self.folder = folder
        self.remote = remote
        self.journal = journal
        self.root = str(folder.local)
        self.marker = Marker(self.root, remote, journal)
        self._throttle = throttle
        self._stopping = stopping
        self._settler = Settler(self.root, folder.settle_seconds)
        self._whole: Counts | None = None
        """What the last pass over everything counted."""

    async def run(self, wishes: Wishes, tally: Tally) -> Result:
        """One pass. Raises `RemoteError`, `LocalFull` or `JournalFailed` when the run as a whole fails."""
        try:
            return await self._run(wishes, tally)
        except JournalFailed:
            await asyncio.to_thread(self.journal.doubt)
            raise

    async def _run(self, wishes: Wishes, tally: Tally) -> Result:
        look = await self.look(wishes)
        if not look.where.everywhere and _wants_more(look):
            look = await self.look(replace(wishes, where=EVERYWHERE))
        if look.where.everywhere:
            self._whole = look.counts
            tally.on_growth = look.counts.grow
        if look.trip is not None:
            return Result(look, tally)
        await wishes.cleared(look.plan)
        await self.marker.settle(look.marks, may_write_remote=wishes.writer and self._may_mark(look))
        actions = [action for action in look.plan.actions if not isinstance(action, Skip)]
        mine = actions if wishes.writer else [action for action in actions if not writes_remote(action)]
        await self._apply(mine, tally)
        await asyncio.to_thread(self._sweep, look.witness)
        return Result(look, tally, left=len(actions) - len(mine))

    async def look(self, wishes: Wishes) -> Look:
        """Gather and decide; nothing is done."""
        await asyncio.to_thread(self.journal.open)
        await asyncio.to_thread(self._make_root)
        marks = await self.marker.read()
        settle = self.folder.settle_seconds if wishes.settle_seconds is None else wishes.settle_seconds
        self._settler.begin(settle)
        tools = Tools(
            Counts(), Witness(), Witness(), self._suspect, await asyncio.to_thread(self._ignore), self.journal.note
        )
        rules = self._rules(wishes, tools)
        if self._whole is None or wishes.where.directories is None:
            where, counts = EVERYWHERE, tools.counts
            decided = await self._decide_all(rules, tools)
        else:
            where, counts = wishes.where, self._whole
            decided = await self._decide_near(wishes.where.directories, rules, tools)
        seen = Seen(counts, tools.witness, marks)
        trip = await asyncio.to_thread(trip_of, decided, seen, self.folder, self.journal, wishes.approvals)
        return Look(decided, counts, tools.witness, tools.there, marks, trip, self._settler.wake_in, where)

    async def _decide_all(self, rules: Rules, tools: Tools) -> Plan:
        """Compare both sides whole."""
        abandoned = threading.Event()
        loop = asyncio.get_running_loop()
        gathering = await asyncio.to_thread(Gathering, self.root, self.remote, self.journal, tools, loop)

        def decide() -> Plan:
            with contextlib.closing(gathering.rows()) as rows:
                decided = plan(_until(rows, abandoned), rules)
            return replace(decided, known=decided.known + gathering.unread)

        try:
            return await asyncio.to_thread(decide)
        finally:
            abandoned.set()
            gathering.stop()

    async def _decide_near(self, directories: frozenset[str], rules: Rules, tools: Tools) -> Plan:
        """Compare what lies in these directories."""
        nearby = Nearby(self.root, self.remote, self.journal, tools)
        await nearby.read(directories)

        def decide() -> Plan:
            return replace(plan(nearby.rows(), rules), known=history.paths_in_sync(self.journal))

        return await asyncio.to_thread(decide)

    async def _apply(self, actions: Sequence[Action], tally: Tally) -> None:
        acts = Acts(LocalSide(self.root, stamp_of(time.time())), self.remote, self._throttle)
        parallel = self.remote.features.parallel
        executor = Executor(acts, self.journal, tally, parallel=parallel, stopping=self._stopping)
        await executor.run(actions)

    def _suspect(self, path: str, state: LocalState, base: BaseState, ctime_ns: int) -> LocalState:
        """Read a file whose ctime alone moved: was it edited in place and its mtime set back?"""
        try:
            digest = Source(files.full(self.root, path), state.size, state.mtime_ns).digest()
        except ItemFailed:
            return state
        if digest == base.digest:
            self.journal.note(Touched(path, ctime_ns))
            return state
        return state._replace(inode=None, digest=digest)

    def _rules(self, wishes: Wishes, tools: Tools) -> Rules:
        features = self.remote.features
        remote_folds = None
        if not features.case_sensitive:
            remote_folds = fold_case
        elif features.normalises_unicode:
            remote_folds = fold_accents
        return Rules(
            mode=Mode(self.folder.mode),
            ignored=tools.ignored,
            unsettled=self._settler.unsettled,
            unseen_local=tools.witness.unseen,
            unseen_remote=tools.there.unseen,
            holding_local=tools.witness.holding,
            holding_remote=tools.there.holding,
            etag_is_identity=features.etag_is_identity,
            local_folds=fold_case if _folds_case(self.root) else None,
            remote_folds=remote_folds,
            keep_deleted=wishes.keep_deleted,
        )

    def _ignore(self) -> Ignore:
        try:
            with open(files.full(self.root, FILE_NAME), encoding="utf-8", errors="replace") as file:
                return Ignore(file)
        except OSError:
            return Ignore()

    def _make_root(self) -> None:
        """A folder that never was is made; one that vanished is the guard's business."""
        if files.look(self.root) is None and self.journal.fact("identity") is None:
            os.makedirs(self.root)

    def _may_mark(self, look: Look) -> bool:
        """A one-way folder that only reads its remote leaves even its mark to somebody else."""
        return self.folder.mode != Mode.RESTORE or look.marks.remote is not None

    def _sweep(self, witness: Witness) -> None:
        """Remove the temporary files of processes that died."""
        for leftover in witness.leftovers:
            with contextlib.suppress(OSError):
                files.discard(files.full(self.root, leftover))


def _wants_more(look: Look) -> bool:
    """Whether what was seen in a few directories is better judged with everything in view."""
    deletions = sum(removes(action, side) for action in look.plan.actions for side in Side)
    return look.trip is not None or look.plan.more or deletions > ALWAYS_ALLOWED


def _until(rows: Iterator[Row], abandoned: threading.Event) -> Iterator[Row]:
    """The rows, until the pass is abandoned: a thread can't be cancelled, so it asks."""
    for number, row in enumerate(rows):
        if not number % 1024 and abandoned.is_set():
            raise Stopped
        yield row


def _folds_case(root: str) -> bool:
    """Whether the local file system takes `a` and `A` for one name; asked of Helix's own directory."""
    return os.path.isdir(f"{root}/.helix") and os.path.isdir(f"{root}/.HELIX")
