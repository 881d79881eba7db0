"""Are the parts of a plan the plan, and is nothing cut that must be seen whole?"""

import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.core.actions import Action, Reason, Skip, Upload, cost
from helix.core.cases import Mode, Rules
from helix.core.names import fold_case
from helix.core.order import writes_remote
from helix.core.parts import NeedsAll, first_copy, in_parts, survey
from helix.core.plan import NO_REST, Amount, Plan, plan
from helix.core.trees import Kind, LocalState, RemoteState, Row, Side
from tests.core.rows import row, word
from tests.core.test_plan_properties import rows_of, three_trees

MODES = st.sampled_from(list(Mode))
SIZES = st.integers(1, 4)
ADDED = [row(name, name, None, None) for name in "abcde"]


def survey_or_none(rows: list[Row], rules: Rules, held: int, part: int) -> Plan | None:
    """None where everything must be held."""
    try:
        return survey(iter(rows), rules, held=held, part=part, named=held)
    except NeedsAll:
        return None


def todo(actions: tuple[Action, ...]) -> list[Action]:
    """What is to be done."""
    return [action for action in actions if not isinstance(action, Skip)]


@given(three_trees(), MODES, SIZES, SIZES)
def test_the_parts_of_a_plan_with_a_rest_are_the_plan(
    trees: tuple[dict[str, str], ...], mode: Mode, held: int, part: int
) -> None:
    rows, rules = rows_of(*trees), Rules(mode=mode)
    whole, seen = plan(rows, rules), survey_or_none(rows, rules, held, part)

    if seen and seen.rest.count:
        parts = [action for one in in_parts(iter(rows), rules, part=part) for action in one.actions]

        assert parts == list(whole.actions)


@given(three_trees(), MODES, SIZES, SIZES)
def test_a_survey_counts_all_that_the_plan_does(
    trees: tuple[dict[str, str], ...], mode: Mode, held: int, part: int
) -> None:
    rows, rules = rows_of(*trees), Rules(mode=mode)
    whole, seen = plan(rows, rules), survey_or_none(rows, rules, held, part)

    if seen:
        do, named = todo(whole.actions), todo(seen.actions)
        away = [action for action in do if writes_remote(action)]
        named_away = [action for action in named if writes_remote(action)]
        assert named == do[: len(named)]
        assert (len(named) + seen.rest.count, seen.known) == (len(do), whole.known)
        assert sum(map(cost, named)) + seen.rest.size == sum(map(cost, do))
        assert len(named_away) + seen.rest.there.count == len(away)
        assert sum(map(cost, named_away)) + seen.rest.there.size == sum(map(cost, away))
        assert seen.more == (whole.more or seen.rest.count > 0)
        assert set(seen.actions) >= {
            action for action in whole.actions if isinstance(action, Skip) and action.reason is not Reason.ONE_WAY
        }


@given(three_trees(), MODES, st.sampled_from(list(Side)))
def test_a_first_copy_that_is_counted_is_what_a_survey_says(
    trees: tuple[dict[str, str], ...], mode: Mode, source: Side
) -> None:
    tree, rules = trees[0], Rules(mode=mode)
    rows = rows_of(tree, {}, {}) if source is Side.LOCAL else rows_of({}, tree, {})
    size = sum(state.size for one in rows for state in (one.local, one.remote) if state)

    counted = first_copy(source, Amount(len(rows), size), rules)

    if len(rows) > 2 and counted:
        assert counted == survey(iter(rows), rules, held=1, part=1, named=0)
    elif counted is None:
        assert not todo(plan(rows, rules).actions)


@pytest.mark.parametrize("source", list(Side))
@pytest.mark.parametrize("rules", [Rules(local_folds=fold_case), Rules(remote_folds=fold_case)], ids=["here", "there"])
def test_where_names_fold_a_first_copy_is_decided_and_not_counted(source: Side, rules: Rules) -> None:
    assert first_copy(source, Amount(5, 5), rules) is None


@given(three_trees(), MODES)
def test_a_survey_that_may_hold_everything_is_the_plan(trees: tuple[dict[str, str], ...], mode: Mode) -> None:
    rows, rules = rows_of(*trees), Rules(mode=mode)

    assert survey_or_none(rows, rules, held=100, part=1) == plan(rows, rules)


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(row("z", None, "z", "z"), id="deleted here"),
        pytest.param(row("z", "z", None, "z"), id="deleted there"),
        pytest.param(row("z", None, None, "z"), id="deleted on both sides"),
        pytest.param(row("z", None, "new", "z"), id="deleted here, edited there"),
        pytest.param(row("z", "z", "dir", None), id="a file here, a directory there"),
        pytest.param(row("z", "dir", "z", "z"), id="a file became a directory"),
    ],
)
def test_what_does_not_stand_alone_is_never_cut_off_from_the_rest(late: Row) -> None:
    with pytest.raises(NeedsAll):
        survey(iter([*ADDED, late]), Rules(), held=2, part=2, named=2)

    assert survey(iter([*ADDED, late]), Rules(), held=6, part=2, named=6) == plan([*ADDED, late])


def test_a_deletion_among_the_first_makes_everything_be_held_at_once() -> None:
    rows = [row("A", None, "A", "A"), *ADDED]

    assert survey(iter(rows), Rules(), held=2, part=2, named=2) == plan(rows)


def test_known_paths_are_counted_by_the_survey_and_not_once_more_by_the_parts() -> None:
    rows = [row(name, f"{name}!", name, name) for name in "abc"]

    seen = survey(iter(rows), Rules(), held=1, part=1)

    assert seen.known == 3
    assert [one.known for one in in_parts(iter(rows), Rules(), part=2)] == [0, 0]


def test_a_survey_remembers_that_its_beginning_needs_a_further_round() -> None:
    rules = Rules(unsettled=lambda path, _: path == "b")
    rows = [row("a", "mine", "theirs", None), row("b", "new", None, None)]

    seen = survey(iter(rows), rules, held=1, part=1)

    assert (seen.more, seen.rest) == (True, NO_REST)


def test_a_rename_whose_old_name_comes_late_is_a_rename_all_the_same() -> None:
    rows = [row("a", "kept", None, None), *ADDED[1:], row("z", None, "kept", "kept")]

    with pytest.raises(NeedsAll):
        survey(iter(rows), Rules(), held=1, part=1, named=1)

    assert "MoveRemote z > a" in [word(action) for action in plan(rows).actions]


@pytest.mark.parametrize(
    "rules",
    [Rules(local_folds=fold_case), Rules(remote_folds=fold_case), Rules(keep_deleted=True)],
    ids=["folds here", "folds there", "brings back"],
)
def test_where_names_fold_or_deletions_are_undone_everything_is_held(rules: Rules) -> None:
    seen = survey(iter(ADDED), rules, held=2, part=2, named=2)

    assert seen == plan(ADDED, rules)
    assert seen.rest is NO_REST


def test_edits_and_new_files_are_cut() -> None:
    rows = [*ADDED, row("f", "edited", "f", "f"), row("g", "g", "edited", "g")]

    seen = survey(iter(rows), Rules(), held=2, part=2, named=2)

    assert [word(action) for action in seen.actions] == ["Upload a", "Upload b"]
    assert seen.rest.there.count == 4
    assert seen.rest.here == Amount(1, seen.rest.download_bytes)
    assert seen.more


def test_what_a_one_way_mode_leaves_alone_is_no_rest() -> None:
    leftovers = [row(name, None, name, None) for name in "abcde"]

    seen = survey(iter(leftovers), Rules(mode=Mode.MIRROR), held=2, part=2, named=2)

    assert (seen.actions, seen.rest, seen.more) == ((), NO_REST, False)


def test_where_little_is_to_be_done_all_of_it_is_named() -> None:
    seen = survey(iter(ADDED), Rules(), held=1, part=1, named=5)

    assert seen == plan(ADDED)


def test_no_part_names_more_once_enough_is_named() -> None:
    seen = survey(iter(ADDED), Rules(), held=1, part=1, named=2)

    assert [word(action) for action in seen.actions] == ["Upload a", "Upload b"]
    assert seen.rest.count == 3


def test_what_is_still_being_written_is_always_named() -> None:
    rules = Rules(unsettled=lambda path, _state: path in "de")

    seen = survey(iter(ADDED), rules, held=1, part=1, named=1)

    assert [action.path for action in seen.actions if isinstance(action, Skip)] == ["d", "e"]
    assert seen.rest.count == 2


def test_what_has_gone_since_the_survey_is_left_with_all_it_holds() -> None:
    rows = [
        row("a", "a", None, None),
        row("d", None, "dir", "dir"),
        row("d/x", None, "x", None),
        row("e", "e", None, None),
    ]

    made = [one.actions for one in in_parts(iter(rows), Rules(), part=1)]

    assert [[word(action) for action in actions] for actions in made] == [["Upload a"], ["Upload e"]]


def many(count: int) -> Iterator[Row]:
    """New files on both sides, each as it streams in."""
    for number in range(count):
        local = LocalState(Kind.FILE, 64000, 10**18 + number, 10**6 + number)
        yield Row(f"new/file{number:06}", local, RemoteState(Kind.FILE, 64000, f"{number:040}"), None)


def peak(work: Callable[[], object]) -> int:
    """The most bytes that the work takes at a time."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_number_of_new_files() -> None:
    def walked(count: int) -> int:
        seen = peak(lambda: survey(many(count), Rules(), held=500, part=500, named=100))
        made = peak(lambda: [len(one.actions) for one in in_parts(many(count), Rules(), part=500)])
        return max(seen, made)

    few, more = walked(2_000), walked(6_000)

    assert more < few * 1.2
    assert more < 2_000_000


def test_a_part_is_made_only_when_it_is_asked_for() -> None:
    told: list[str] = []

    def rows() -> Iterator[Row]:
        for one in ADDED:
            told.append(one.path)
            yield one

    parts = in_parts(rows(), Rules(), part=2)
    first = next(parts)

    assert [type(action) for action in first.actions] == [Upload, Upload]
    assert told == ["a", "b"]
