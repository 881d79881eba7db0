"""Does one world end well? Runs it round by round, with its misfortunes, and checks rules I1 to I8."""

import contextlib
from random import Random

from helix.core.actions import Action, Skip
from helix.core.cases import Rules
from helix.core.names import fold_case
from helix.core.order import waves
from helix.core.parts import NeedsAll, first_copy, in_parts, survey
from helix.core.plan import NO_REST, Amount, Plan, plan
from helix.core.trees import Kind, Row, Side, is_inside, parent_of
from tests.core.executor import apply
from tests.core.model import Broken, Failed, Killed, Refused, Tree, World
from tests.core.people import People
from tests.core.spec import Spec

STORMY_ROUNDS = 3
CALM_ROUNDS = 9


class Run:
    """One world from its first perturbation to its last check."""

    def __init__(self, spec: Spec, *, traced: bool = False) -> None:
        self.spec = spec
        self.random = Random(spec.seed ^ 0x5EED)
        self.trace: list[str] | None = [] if traced else None
        self.world = World(
            Tree(fold=fold_case if spec.folds else None, reuses=spec.reuses),
            Tree(counts=True),
            local_digests=spec.local_digests,
            remote_digests=spec.remote_digests,
            identity=spec.identity,
        )
        self.people = People(self.world)
        self.ticks = 0
        self.events: dict[int, tuple[str, object]] = {}
        self.skips: list[str] = []

    def play(self) -> "Run":
        """Perturb, storm, calm, check."""
        self._begin()
        self.events = {tick: (what, op) for tick, what, op in self.spec.events}
        self.world.tick = self._tick
        for number in range(STORMY_ROUNDS):
            if not self._round(number) and not self._pending():
                break
        self.events = {}
        for _ in range(CALM_ROUNDS):
            if not self._round(None):
                break
        else:
            raise Broken("I1: still not quiet after the last round")
        self._check()
        return self

    def _begin(self) -> None:
        world, lone = self.world, self.spec.lone
        trees = {Side.LOCAL: world.local, Side.REMOTE: world.remote}
        for path, content in self.spec.base:
            for tree in [tree for side, tree in trees.items() if lone in (None, side)]:
                if path.count("/") and path.rpartition("/")[0] not in tree.nodes:
                    return
                tree.nodes[path] = (content, tree.ident(), tree.stamp(path))
            if lone is None:
                world.remember(path)
        for path in self.spec.forgotten:
            world.journal.pop(path, None)
        for side, op in self.spec.ops:
            if lone in (None, side):
                self.people.do(side, op)
        self.people.count()

    def _pending(self) -> bool:
        return any(tick > self.ticks for tick in self.events)

    def _tick(self) -> None:
        self.ticks += 1
        event = self.events.pop(self.ticks, None) if self.events else None
        if event is None:
            return
        what, op = event
        if what == "fail":
            raise Failed
        if what == "kill":
            raise Killed
        self.people.do(Side(what), op)

    def _round(self, number: int | None) -> bool:
        """Plan and apply; whether anything was to be done."""
        rows, rules = self._seen(number)
        made = self._plan(rows, rules)
        whole = plan(rows, rules) if made.rest is not NO_REST else made  # a rest does not name what one-way modes leave
        self.skips = [action.path for action in whole.actions if type(action) is Skip]
        parts = in_parts(rows, rules, part=self.spec.part) if made.rest.count else [made]
        acted = 0
        try:
            for part in parts:
                todo = [action for action in part.actions if type(action) is not Skip]
                acted += len(todo)
                self._apply_all(todo)
        except Killed:
            return True
        if self.trace is not None:
            self.trace += [f"round {number}: {acted} actions"]
        return acted > 0 or made.more

    def _apply_all(self, todo: list[Action]) -> None:
        for wave in waves(todo):
            self.random.shuffle(wave)
            for action in wave:
                self._apply(action)

    def _apply(self, action: Action) -> None:
        try:
            apply(self.world, action)
            outcome = "done"
        except (Refused, Failed) as error:
            outcome = f"{type(error).__name__} {error}"
        if self.trace is not None:
            self.trace.append(f"  {type(action).__name__} {action.path} ({action.why}): {outcome}")

    def _plan(self, rows: list[Row], rules: Rules) -> Plan:
        """Held whole, or with a rest that is decided again part by part while the world goes on."""
        if self.spec.part and (counted := self._counted(rows, rules)):
            return counted
        if self.spec.part:
            with contextlib.suppress(NeedsAll):
                return survey(rows, rules, held=self.spec.part, part=self.spec.part, named=self.spec.part)
        return plan(rows, rules)

    def _counted(self, rows: list[Row], rules: Rules) -> Plan | None:
        """A first copy that is not decided but counted: nothing was ever in sync, and one side holds all there is."""
        sides = {side for row in rows for side in Side if (row.local if side is Side.LOCAL else row.remote)}
        if len(sides) != 1 or len(rows) <= self.spec.part or self.world.journal:
            return None
        size = sum(state.size for row in rows for state in (row.local, row.remote) if state)
        return first_copy(*sides, Amount(len(rows), size), rules)

    def _seen(self, number: int | None) -> tuple[list[Row], Rules]:
        spec, rows = self.spec, self.world.rows()
        unseen: dict[Side, list[str]] = {Side.LOCAL: [], Side.REMOTE: []}
        if number is not None:
            for when, side, directory in spec.partial:
                if when == number:
                    unseen[side].append(directory)
                    rows = [_blinded(row, side, directory) for row in rows]
            if number in spec.flaky:
                rows = [_flaky(row) for row in rows]
        rules = Rules(
            mode=spec.mode,
            etag_is_identity=spec.identity,
            local_folds=fold_case if spec.folds else None,
            unseen_local=unseen[Side.LOCAL],
            unseen_remote=unseen[Side.REMOTE],
            keep_deleted=spec.keep_deleted,
            unsettled=lambda path, _: (number, parent_of(path)) in spec.busy,
        )
        return rows, rules

    def _check(self) -> None:
        world, source = self.world, self.spec.mode.source
        here = {path: node[0] for path, node in world.local.nodes.items() if not self._is_skipped(path)}
        there = {path: node[0] for path, node in world.remote.nodes.items() if not self._is_skipped(path)}
        if here != there:
            raise Broken(f"I1: the sides differ: {here} {there}")
        rows = {path for path in world.journal if not self._is_skipped(path)}
        if rows != set(here):
            raise Broken(f"I1: the journal holds {rows} of {set(here)}")
        if source is not None and (world.local if source is Side.LOCAL else world.remote).writes:
            raise Broken("I6: a one-way mode wrote to its source")
        self._check_contents()

    def _check_contents(self) -> None:
        local, remote = self.world.local, self.world.remote
        live = {node[0] for tree in (local, remote) for node in tree.nodes.values()}
        kept = live | {content for tree in (local, remote) for _, content in tree.trash}
        owed = self.people.owed[Side.LOCAL] | self.people.owed[Side.REMOTE]
        if owed - kept:
            raise Broken(f"I2: lost for ever: {owed - kept}")
        lost = owed - self.people.given_up - live
        if self.spec.mode.source is None and lost:
            raise Broken(f"I2: only in a trash, though nobody gave it up: {lost}")

    def _is_skipped(self, path: str) -> bool:
        return any(path == skipped or is_inside(path, skipped) for skipped in self.skips)


def _blinded(row: Row, side: Side, directory: str) -> Row:
    """The row as it comes out when a directory could not be listed on one side."""
    if not is_inside(row.path, directory):
        return row
    return row._replace(local=None) if side is Side.LOCAL else row._replace(remote=None)


def _flaky(row: Row) -> Row:
    """The row with an etag that has changed for no reason."""
    remote = row.remote
    if remote is None or remote.kind is Kind.DIRECTORY:
        return row
    return row._replace(remote=remote._replace(etag=remote.etag + "?"))
