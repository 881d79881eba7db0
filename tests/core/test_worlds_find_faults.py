"""Would the random worlds notice? Each test plants one fault in the engine and sees it caught."""

from collections.abc import Callable
from random import Random

import pytest

from helix.core import parts
from helix.core import plan as plan_module
from helix.core.actions import Upload
from helix.core.cases import Change, Outcome
from helix.core.plan import TABLE
from helix.core.trees import in_sync
from tests.core import executor, people, run
from tests.core.model import World
from tests.core.spec import smaller, spec_of
from tests.core.worlds import failure, is_repeatable, shrink, try_range

ENOUGH = 6_000

Patch = Callable[[pytest.MonkeyPatch], None]


def _a_deletion_beats_an_edit(patch: pytest.MonkeyPatch) -> None:
    wrong = (Outcome.DROP_REMOTE, Outcome.DROP_REMOTE, Outcome.PULL)
    patch.setattr(plan_module, "TABLE", {**TABLE, (Change.GONE, Change.EDITED): wrong})


def _a_conflict_keeps_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(executor, "_copy_aside", lambda *_: None)


def _remember_first_then_act(patch: pytest.MonkeyPatch) -> None:
    def hasty(world: World, action: Upload) -> None:
        here = world.local_state(action.path)
        there = world.remote_state(action.path)
        assert here
        guess = there or world.remote_state("a") or world.remote_state("d/x")
        if guess:
            world.journal[action.path] = in_sync(here, guess, None)
        executor_upload(world, action)

    executor_upload = executor.HANDLERS[Upload]
    patch.setitem(executor.HANDLERS, Upload, hasty)


def _no_second_look(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(World, "expect", lambda self, _action: self.tick())


def _directories_go_whatever_is_in_them(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plan_module, "settle_directories", lambda *_: None)


def _no_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(run, "waves", lambda actions: [list(reversed(actions))])
    patch.setattr(run, "CALM_ROUNDS", 2)


def _a_mirror_pulls(patch: pytest.MonkeyPatch) -> None:
    wrong = (Outcome.PULL, Outcome.PULL, Outcome.PULL)
    patch.setattr(plan_module, "TABLE", {**TABLE, (Change.SAME, Change.EDITED): wrong})


def _every_path_stands_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parts, "stands_alone", lambda _case: True)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (_a_deletion_beats_an_edit, "I2"),
        (_a_conflict_keeps_one, "I2"),
        (_remember_first_then_act, "I"),
        (_no_second_look, ""),
        (_directories_go_whatever_is_in_them, "I1"),
        (_no_order, "I1"),
        (_a_mirror_pulls, "I"),
        (_every_path_stands_alone, "I"),
    ],
)
def test_a_planted_fault_is_found(fault: Patch, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)

    problem = next(filter(None, (failure(spec_of(seed)) for seed in range(ENOUGH))), None)

    assert problem
    assert rule in problem


def test_a_failing_world_shrinks_to_a_part_of_itself_that_still_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    _a_conflict_keeps_one(monkeypatch)
    seed = next(seed for seed in range(ENOUGH) if failure(spec_of(seed)))

    small = shrink(spec_of(seed))

    assert failure(small)
    assert not any(failure(candidate) for candidate in smaller(small))
    assert len(small.ops) <= 3


def test_one_seed_leaves_one_trace() -> None:
    assert all(is_repeatable(spec_of(seed)) for seed in range(50))


def test_a_dice_that_is_not_seeded_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    throws = iter(range(10**9))
    monkeypatch.setattr(run, "Random", lambda _seed: Random(next(throws)))

    assert not all(is_repeatable(spec_of(seed)) for seed in range(200))


def test_a_range_without_a_failure_is_empty_and_people_really_act(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    do = people.People.do
    monkeypatch.setattr(people.People, "do", lambda self, side, op: (seen.append(op[0]), do(self, side, op))[1])

    assert try_range(0, 200) == []
    assert set(seen) == {"write", "delete", "move", "mkdir", "touch", "copy", "swap"}
