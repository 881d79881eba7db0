"""What is one pass over a folder? Gather → decide → apply → remember.

Nothing is held between passes but the folder's settings, its tools and how much there was; what must be remembered is
in the journal. A pass looks everywhere, or only where something is said to have changed.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from helix.core.actions import Action, Skip, cost
from helix.core.cases import Mode, Rules
from helix.core.guards import ALWAYS_ALLOWED, Approval
from helix.core.order import removes, writes_remote
from helix.core.parts import NeedsAll, left_alone
from helix.core.plan import Plan, plan
from helix.core.trees import Side
from helix.settings import Folder
from services.sync import files
from services.sync.apply.acts import Acts
from services.sync.apply.executor import Executor, Tally
from services.sync.apply.local_side import LocalSide
from services.sync.apply.throttle import Throttle
from services.sync.carriers import Carriers
from services.sync.gather import Counts
from services.sync.hints import EVERYWHERE, Hint
from services.sync.journal import history
from services.sync.journal.errors import JournalFailed
from services.sync.journal.journal import Journal
from services.sync.look import Look
from services.sync.marker import Marker
from services.sync.nearby import Nearby, TooMany
from services.sync.rails import Seen, trip_of
from services.sync.remotes.remote import Remote
from services.sync.ruling import filters_of, rules_of
from services.sync.settle import Settler
from services.sync.stamped import Tools
from services.sync.suspects import Suspects
from services.sync.trash import stamp_of
from services.sync.walk import Witness
from services.sync.whole import Whole


async def _nothing(_plan: Plan) -> None:
    """Nobody wants to know."""


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


@dataclass(slots=True)
class Result:
    """How a pass ended."""

    look: Look
    tally: Tally


Decide = Callable[[Wishes], Awaitable[tuple[Plan, Tools]]]


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
        self._sides = Whole(self.root, remote, journal)
        self._counted: Counts | None = None
        """What the last pass over everything counted."""

    async def run(self, wishes: Wishes, tally: Tally) -> Result:
        """One pass. Raises `RemoteError`, `LocalFull` or `JournalFailed` when the run as a whole fails."""
        try:
            return await self._run(wishes, tally)
        except JournalFailed:
            await asyncio.to_thread(self.journal.doubt)
            raise

    async def _run(self, wishes: Wishes, tally: Tally) -> Result:
        look = await self._look(wishes, self._count_or_decide)
        if not look.where.everywhere and _wants_more(look):
            look = await self._look(replace(wishes, where=EVERYWHERE), self._count_or_decide)
        if look.where.everywhere:
            self._counted = look.counts
            tally.on_growth = look.counts.grow
        tally.waiting = len(look.unsettled)
        if look.trip is not None:
            return Result(look, tally)
        await wishes.cleared(look.plan)
        await self.marker.settle(look.marks, may_write_remote=wishes.writer and self._may_mark(look))
        async with self._carriers() as carriers:
            if look.plan.rest.count:
                look = await self._apply_in_parts(look, wishes, tally, carriers)
                tally.waiting = len(look.unsettled)
            else:
                await self._apply(look.plan.actions, wishes, tally, carriers)
        self._settler.taken()
        await asyncio.to_thread(self._sweep, look.witness)
        return Result(look, tally)

    async def look(self, wishes: Wishes) -> Look:
        """Gather and decide; nothing is done. What is to be done is named as far as it can be."""
        return await self._look(wishes, self._decide_all)

    async def _look(self, wishes: Wishes, everywhere: Decide) -> Look:
        await asyncio.to_thread(self.journal.open)
        await asyncio.to_thread(self._make_root)
        marks = await self.marker.read()
        settle = self.folder.settle_seconds if wishes.settle_seconds is None else wishes.settle_seconds
        self._settler.begin(settle)
        where, counts, (decided, tools) = await self._decide(wishes, everywhere)
        seen = Seen(counts, tools.witness, marks)
        trip = await asyncio.to_thread(trip_of, decided, seen, self.folder, self.journal, wishes.approvals)
        return Look(decided, counts, tools.witness, tools.there, marks, trip, self._settler.wake_in, where)

    async def _decide(self, wishes: Wishes, everywhere: Decide) -> tuple[Hint, Counts, tuple[Plan, Tools]]:
        """Look only where it is wished, if it is known how much there is in all and not too much is new there."""
        if self._counted and wishes.where.directories is not None:
            with contextlib.suppress(TooMany):
                return wishes.where, self._counted, await self._decide_near(wishes.where.directories, wishes)
        decided, tools = await everywhere(wishes)
        return EVERYWHERE, tools.counts, (decided, tools)

    async def _count_or_decide(self, wishes: Wishes) -> tuple[Plan, Tools]:
        """For one who acts, a first copy need not be decided twice: a count tells the rails all they ask."""
        if await self._sides.may_be_first_copy():
            tools = await self._tools()
            if counted := await self._sides.first_copy(self._rules(wishes, tools), tools):
                return counted, tools
        return await self._decide_all(wishes)

    async def _decide_all(self, wishes: Wishes) -> tuple[Plan, Tools]:
        """Compare both sides whole; only what surely can be done part by part is not held in memory."""
        tools = await self._tools()
        try:
            return await self._sides.plan(self._rules(wishes, tools), tools, all_held=False), tools
        except NeedsAll:
            tools = await self._tools()
            return await self._sides.plan(self._rules(wishes, tools), tools, all_held=True), tools

    async def _decide_near(self, directories: frozenset[str], wishes: Wishes) -> tuple[Plan, Tools]:
        """Compare what lies in these directories."""
        tools = await self._tools()
        rules = self._rules(wishes, tools)
        nearby = Nearby(self.root, self.remote, self.journal, tools)
        await nearby.read(directories)

        def decide() -> Plan:
            return replace(plan(nearby.rows(), rules), known=history.paths_in_sync(self.journal))

        return await asyncio.to_thread(decide), tools

    @contextlib.asynccontextmanager
    async def _carriers(self) -> AsyncIterator[Carriers | None]:
        """Those of small files for one pass, if both sides are disks."""
        disk = self.remote.features.disk
        carriers = Carriers(self.root, disk.root) if disk else None
        try:
            yield carriers
        finally:
            if carriers:
                await asyncio.shield(asyncio.to_thread(carriers.close))

    async def _apply_in_parts(self, look: Look, wishes: Wishes, tally: Tally, carriers: Carriers | None) -> Look:
        """Do a plan with a rest, as long as this is the folder that was looked at: with what the parts left alone."""
        tools, rest = await self._tools(), look.plan.rest
        unseen = frozenset(look.witness.unseen), frozenset(look.there.unseen)
        rules = replace(self._rules(wishes, tools), unseen_local=unseen[0], unseen_remote=unseen[1])
        todo = _mine(look.plan.actions, wishes)
        tally.expect(len(todo) + rest.here.count, sum(map(cost, todo)) + rest.here.size)
        if wishes.writer:
            tally.expect(tally.total + rest.there.count, tally.bytes_total + rest.there.size)
        mark, alone = await self.marker.here(), list[Action]()
        async with contextlib.aclosing(self._sides.parts(rules, tools)) as parts:
            async for part in parts:
                if self._stopping() or await self.marker.here() != mark:
                    tally.again = True
                    break
                await self._apply(part.actions, wishes, tally, carriers)
                alone += left_alone(part.actions)
            else:
                look = replace(look, plan=replace(look.plan, actions=tuple(alone)), wake_in=self._settler.wake_in)
        return look

    async def _apply(self, planned: Sequence[Action], wishes: Wishes, tally: Tally, carriers: Carriers | None) -> None:
        """Do what is ours to do, and count what is left to the writer."""
        acts = Acts(LocalSide(self.root, stamp_of(time.time())), self.remote, self._throttle)
        executor = Executor(acts, self.journal, tally, carriers, stopping=self._stopping)
        mine = _mine(planned, wishes)
        await executor.run(mine)
        tally.left += sum(not isinstance(action, Skip) for action in planned) - len(mine)

    async def _tools(self) -> Tools:
        ignored = await asyncio.to_thread(filters_of, self.root)
        suspects = Suspects(self.root, self.journal)
        return Tools(Counts(), Witness(), Witness(), suspects.read, ignored, self.journal.note)

    def _rules(self, wishes: Wishes, tools: Tools) -> Rules:
        rules = rules_of(self.root, Mode(self.folder.mode), self.remote.features, self._settler, tools)
        return replace(rules, keep_deleted=wishes.keep_deleted)

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


def _mine(planned: Sequence[Action], wishes: Wishes) -> list[Action]:
    """What this pass does of a plan: a standby leaves the remote to the writer."""
    return [
        action for action in planned if not isinstance(action, Skip) and (wishes.writer or not writes_remote(action))
    ]
