"""Does the engine come to rest whatever goes wrong, in any order? The rules of the machine are misfortunes."""

from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from helix.core.actions import Skip
from helix.core.cases import Rules
from helix.core.guards import DeletionLimit, Figures, TripKind, first_trip
from helix.core.order import removes, waves
from helix.core.plan import plan
from helix.core.trees import Row, Side, is_inside
from tests.core.executor import apply
from tests.core.model import Failed, Killed, Refused, Tree, World
from tests.core.people import People

PATHS = st.sampled_from(("a", "b", "d", "d/s", "d/s/z", "d/x", "e", "e/x"))
SIDES = st.sampled_from(list(Side))


class Misfortunes(RuleBasedStateMachine):
    """People edit, calls fail, runs die, listings are partial, etags flicker, clocks jump; then all is checked."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Tree(), Tree(counts=True), local_digests=False, remote_digests=False, identity=False)
        self.people = People(self.world)
        self.serial = 0
        self.countdown = 0
        self.disaster: type[Exception] = Failed
        self.clock, self.last_run = 1_000_000.0, 1_000_000.0
        self.world.tick = self._tick

    def _tick(self) -> None:
        self.countdown -= 1
        if self.countdown == 0:
            raise self.disaster

    @rule(side=SIDES, path=PATHS)
    def somebody_writes(self, side: Side, path: str) -> None:
        self.serial += 1
        self.people.do(side, ("write", path, f"{self.serial}."))

    @rule(side=SIDES, path=PATHS)
    def somebody_deletes(self, side: Side, path: str) -> None:
        self.people.do(side, ("delete", path, ""))

    @rule(side=SIDES, path=PATHS, to=PATHS)
    def somebody_renames(self, side: Side, path: str, to: str) -> None:
        self.people.do(side, ("move", path, to))

    @rule(side=SIDES, path=PATHS)
    def somebody_makes_a_directory(self, side: Side, path: str) -> None:
        self.people.do(side, ("mkdir", path, ""))

    @rule(seed=st.integers(0, 99))
    def a_round_passes_with_its_results_reordered(self, seed: int) -> None:
        self._round(Random(seed))

    @rule(when=st.integers(1, 9), kind=st.sampled_from([Failed, Killed]))
    def a_call_fails_or_the_run_dies(self, when: int, kind: type[Exception]) -> None:
        self.countdown, self.disaster = when, kind
        self._round(Random(when))
        self.countdown = 0

    @rule(side=SIDES, directory=st.sampled_from(("d", "e", "d/s")))
    def a_directory_can_not_be_listed(self, side: Side, directory: str) -> None:
        before = {path: node[0] for tree in self._trees() for path, node in tree.nodes.items()}
        rows = [self._without(row, side, directory) for row in self.world.rows()]
        unseen = {"unseen_local" if side is Side.LOCAL else "unseen_remote": [directory]}
        self._apply_all(rows, Rules(**unseen), Random(0))
        after = {path for tree in self._trees() for path in tree.nodes}
        assert {path for path in before if is_inside(path, directory)} <= after

    @rule()
    def all_etags_change_for_no_reason(self) -> None:
        for path, (content, number, _) in list(self.world.remote.nodes.items()):
            self.world.remote.nodes[path] = (content, number, self.world.remote.stamp(path))

    @precondition(lambda self: self.world.journal)
    @rule()
    def the_journal_is_lost(self) -> None:
        self.world.journal.clear()
        self._round(Random(0), deletes=False)

    @rule(seconds=st.floats(-(10.0**6), 10.0**9))
    def the_clock_jumps(self, seconds: float) -> None:
        self.clock += seconds
        seen = Figures(local_paths=1, remote_paths=1, known=1, now=self.clock, last_run=self.last_run)
        trip = first_trip(seen, DeletionLimit())
        jumped = not -60.0 <= self.clock - self.last_run <= 366 * 86_400.0
        assert (trip is not None and trip.kind is TripKind.CLOCK_JUMP) == jumped
        self.last_run = self.clock

    @invariant()
    def nothing_is_lost_for_ever(self) -> None:
        live = {node[0] for tree in self._trees() for node in tree.nodes.values()}
        kept = live | {content for tree in self._trees() for _, content in tree.trash}
        assert self.people.owed[Side.LOCAL] | self.people.owed[Side.REMOTE] <= kept

    def teardown(self) -> None:
        """When misfortune ends the sides become equal, and then nothing more is to be done."""
        for number in range(12):
            if not self._round(Random(number)):
                break
        here, there = ({path: node[0] for path, node in tree.nodes.items()} for tree in self._trees())
        assert here == there
        assert set(self.world.journal) == set(here)
        assert plan(self.world.rows()).actions == ()

    def _trees(self) -> tuple[Tree, Tree]:
        return self.world.local, self.world.remote

    def _round(self, random: Random, *, deletes: bool = True) -> bool:
        return self._apply_all(self.world.rows(), Rules(), random, deletes=deletes)

    def _apply_all(self, rows: list[Row], rules: Rules, random: Random, *, deletes: bool = True) -> bool:
        actions = [action for action in plan(rows, rules).actions if not isinstance(action, Skip)]
        assert deletes or not any(removes(action, side) for action in actions for side in Side)
        for wave in waves(actions):
            random.shuffle(wave)
            for action in wave:
                try:
                    apply(self.world, action)
                except Killed:
                    return True
                except (Refused, Failed):
                    continue
        return bool(actions)

    def _without(self, row: Row, side: Side, directory: str) -> Row:
        if not is_inside(row.path, directory):
            return row
        return row._replace(local=None) if side is Side.LOCAL else row._replace(remote=None)


TestMisfortunes = Misfortunes.TestCase
TestMisfortunes.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
