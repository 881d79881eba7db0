"""Does nothing start before what it needs, and does everything else run side by side?"""

from helix.core import order
from helix.core.actions import Action
from helix.core.cases import Rules
from helix.core.order import waves, writes_remote
from helix.core.plan import plan
from helix.core.trees import Row, Side, walk_key
from tests.core.rows import blind, row, swapped, word


def _waves(rows: list[Row]) -> list[list[str]]:
    ordered = sorted(rows, key=lambda one: walk_key(one.path))
    return [sorted(word(action) for action in wave) for wave in waves(plan(ordered).actions)]


def _one(row_: Row, rules: Rules | None = None) -> Action:
    return plan([row_], rules).actions[0]


def test_parents_come_before_their_children_and_strangers_run_at_once() -> None:
    rows = [
        row("a", "new", None, None),
        row("d", "dir", None, None),
        row("d/s", "dir", None, None),
        row("d/s/x", "new!", None, None),
    ]

    assert _waves(rows) == [["MakeDirRemote d", "Upload a"], ["MakeDirRemote d/s"], ["Upload d/s/x"]]


def test_who_steps_aside_changes_the_side_on_which_it_stands() -> None:
    here, there = _one(row("d", "mine", "dir", None)), _one(row("d", "dir", "theirs", None))

    assert (writes_remote(here), writes_remote(there)) == (False, True)


def test_children_leave_before_their_parent_is_removed() -> None:
    rows = [
        row("d", "dir", None, "dir"),
        row("d/s", "dir", None, "dir"),
        row("d/s/x", "old", None, "old"),
        row("d/y", "old!", None, "old!"),
    ]

    assert _waves(rows) == [["TrashLocal d/s/x", "TrashLocal d/y"], ["RemoveDirLocal d/s"], ["RemoveDirLocal d"]]


def test_a_file_moves_into_a_new_directory_and_out_of_one_that_goes() -> None:
    rows = [
        row("d", None, "dir", "dir"),
        row("d/x", None, "old", "old"),
        row("e", "dir", None, None),
        row("e/x", "old", None, None),
    ]

    assert _waves(rows) == [["MakeDirRemote e"], ["MoveRemote d/x > e/x"], ["RemoveDirRemote d"]]
    assert _waves([swapped(one) for one in rows]) == [
        ["MakeDirLocal e"],
        ["MoveLocal d/x > e/x"],
        ["RemoveDirLocal d"],
    ]


def test_a_file_arrives_where_a_directory_stood_after_that_is_empty_and_gone() -> None:
    rows = [row("d", "dir", "file", "dir"), row("d/x", "old", None, "old")]

    assert _waves(rows) == [["TrashLocal d/x"], ["RemoveDirLocal d"], ["Download d"]]


def test_a_directory_arrives_where_a_file_stood_after_that_has_stepped_aside() -> None:
    rows = [row("d", "mine", "dir", None), row("d/x", None, "new", None)]

    assert _waves(rows) == [["StepAside d"], ["MakeDirLocal d"], ["Download d/x"]]


def test_comparing_and_keeping_both_wait_for_their_directory() -> None:
    both = row("d/x", "one", "three", None)

    assert _waves([row("d", None, "dir", "dir"), both]) == [["MakeDirLocal d"], ["KeepBoth d/x"]]
    assert _waves([row("d", None, "dir", "dir"), blind(row("d/x", "one", "two", None))]) == [
        ["MakeDirLocal d"],
        ["Compare d/x"],
    ]


def test_a_tree_of_a_thousand_levels_is_ordered() -> None:
    path, rows = "", []
    for _ in range(1_000):
        path = f"{path}/d" if path else "d"
        rows.append(row(path, "dir", None, None, inode=1))

    assert len(waves(plan(rows).actions)) == 1_000


def test_no_action_is_lost_or_doubled_by_the_order() -> None:
    rows = [row(f"d{number}", "dir", None, None) for number in range(9)]
    actions = plan(rows).actions

    assert sorted(action.path for wave in waves(actions) for action in wave) == [one.path for one in rows]
    assert waves([]) == []


def test_deletions_are_counted_on_the_side_that_loses() -> None:
    here, there = _one(row("a", "old", None, "old")), _one(row("a", None, "dir", "dir"))

    assert [order.removes(here, side) for side in Side] == [True, False]
    assert [order.removes(there, side) for side in Side] == [False, True]
    assert order.removes(_one(row("a", "new", None, None)), Side.REMOTE) is False


def test_journal_work_and_reports_change_nothing() -> None:
    assert order.changes_nothing(_one(row("a", "x", "x", None)))
    assert order.changes_nothing(_one(row("a", None, None, "x")))
    assert not order.changes_nothing(_one(row("a", "x", None, None)))
