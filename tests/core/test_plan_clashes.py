"""What becomes of two names that one side takes for one?"""

from dataclasses import replace

from helix.core.actions import MoveLocal, MoveRemote, Reason, Skip
from helix.core.cases import Mode, Rules
from helix.core.clashes import Twins
from helix.core.names import fold_accents, fold_case
from helix.core.plan import plan
from helix.core.trees import Row
from tests.core.rows import base, local, names, remote, row, swapped

MAC = Rules(local_folds=fold_case)
CLOUD = Rules(remote_folds=fold_case)
COMPOSED, DECOMPOSED = "\u00c9", "E\u0301"


def test_where_both_sides_tell_names_apart_they_are_two_files() -> None:
    assert names([row("A", None, "two", None), row("a", "one", None, None)]) == ["Download A", "Upload a"]


def test_a_second_spelling_is_kept_off_the_side_that_has_the_first_and_people_are_told() -> None:
    rows = [row("A", None, "two", None), row("a", "one", "one", "one")]

    found = plan(rows, MAC).actions

    assert [(type(action), action.path) for action in found] == [(Skip, "A")]
    assert isinstance(found[0], Skip)
    assert found[0].reason is Reason.CLASH


def test_of_two_new_spellings_the_first_comes_and_the_second_waits_for_people() -> None:
    assert names([row("A", "one", None, None), row("a", "two", None, None)], CLOUD) == ["Upload A", "Skip a"]


def test_all_inside_a_directory_that_is_kept_off_stays_off() -> None:
    rows = [
        row("D", None, "dir", None),
        row("D/x", None, "new", None),
        row("d", "dir", "dir", "dir"),
        row("d/y", None, "new", None),
    ]

    assert names(rows, MAC) == ["Skip D", "Skip D/x", "Download d/y"]


def test_deep_down_too_all_inside_a_directory_that_is_kept_off_stays_off() -> None:
    rows = [
        row("g", "dir", "dir", "dir"),
        row("g/D", None, "dir", None),
        row("g/D/x", None, "new", None),
        row("g/d", "dir", "dir", "dir"),
    ]

    assert names(rows, MAC) == ["Skip g/D", "Skip g/D/x"]


def test_each_of_several_clashes_is_seen() -> None:
    rows = [row("A", None, "two", None), row("B", None, "two", None)]
    rows += [row("a", "one", "one", "one"), row("b", "one", "one", "one")]

    assert names(rows, MAC) == ["Skip A", "Skip B"]


def test_who_is_kept_off_is_told_what_there_is_of_it_and_why() -> None:
    rows = [row("A", None, "two", None), row("a", "one", "one", "one")]

    (skip,) = plan(rows, MAC).actions

    why = "the other side takes this name and another one for the same"
    assert skip == Skip("A", None, rows[0].remote, why, reason=Reason.CLASH)
    (skip,) = plan([swapped(one) for one in rows], CLOUD).actions
    assert skip.local == swapped(rows[0]).local


def test_a_file_that_is_still_being_written_clashes_with_nothing_yet() -> None:
    rules = replace(CLOUD, unsettled=lambda path, _: path == "A")
    rows = [row("A", "new", None, None), row("a", "one", "one", "one")]

    (skip,) = plan(rows, rules).actions

    assert isinstance(skip, Skip)
    assert skip.reason is Reason.UNSETTLED


def test_a_name_that_a_filter_leaves_alone_keeps_no_other_off() -> None:
    rules = replace(MAC, ignored=lambda path, _: path == "A")

    assert names([row("A", None, "one", None), row("a", None, "two", None)], rules) == ["Download a"]


def test_two_spellings_of_one_new_name_are_joined_on_the_side_that_can_tell_them_apart() -> None:
    rows = [row(COMPOSED, None, "one", None), row(DECOMPOSED, "one", None, None)]

    made = plan(sorted(rows, key=lambda one: one.path), Rules(local_folds=fold_accents))

    assert [type(action) for action in made.actions] == [MoveRemote]
    assert isinstance(made.actions[0], MoveRemote)
    assert (made.actions[0].path, made.actions[0].to, made.actions[0].arrived) == (COMPOSED, DECOMPOSED, None)
    assert made.more


def test_a_spelling_is_never_changed_on_the_source_of_a_one_way_mode() -> None:
    rows = [row("A", None, "one", None), row("a", "one", None, None)]

    restored = plan(rows, Rules(mode=Mode.RESTORE, local_folds=fold_case)).actions
    mirrored = plan(rows, Rules(mode=Mode.MIRROR, remote_folds=fold_case)).actions

    assert [(type(action), action.path) for action in restored] == [(MoveLocal, "a")]
    assert [(type(action), action.path) for action in mirrored] == [(MoveRemote, "A")]


def test_a_cloud_that_folds_is_respelled_from_here() -> None:
    assert names([row("A", "one", None, None), row("a", None, "one", None)], CLOUD) == ["MoveLocal A > a"]


def test_a_file_and_a_directory_are_never_two_spellings_of_one_thing() -> None:
    assert names([row("A", None, "dir", None), row("a", "one", None, None)], MAC) == ["Skip A", "Upload a"]


def test_a_file_renamed_to_its_other_spelling_is_renamed_here() -> None:
    assert names([row("A", None, "old", None), row("a", "old", None, "old")], MAC) == ["MoveLocal a > A"]


def test_a_name_waits_until_its_other_spelling_is_gone() -> None:
    rows = [row("A", None, "new", None), row("a", "old", None, "old")]

    assert names(rows, MAC) == ["TrashLocal a"]
    assert plan(rows, MAC).more


def test_nothing_moves_into_a_directory_whose_other_spelling_is_leaving() -> None:
    rows = [
        row("D", None, "dir", None),
        row("D/x", None, "old", None),
        row("d", "dir", None, "dir"),
        row("d/y", "old", None, "old"),
    ]

    assert names(rows, MAC) == ["RemoveDirLocal d", "TrashLocal d/y"]


def test_no_directory_moves_into_one_whose_other_spelling_is_leaving() -> None:
    rows = [
        row("D", None, "dir", None),
        Row("D/s", None, remote("dir", etag="n3"), None),
        row("D/s/x", None, "old", None),
        row("d", "dir", None, "dir"),
        Row("m", local("dir"), None, base("dir", etag="n3")),
        row("m/x", "old", None, "old"),
    ]

    found = names(rows, replace(MAC, etag_is_identity=True))

    assert found == ["RemoveDirLocal d", "RemoveDirLocal m", "TrashLocal m/x"]


def test_a_name_in_another_spelling_is_not_taken_by_a_third_file_of_the_same_content() -> None:
    rows = [row("A", None, "old", None), row("B", "old", None, "old"), row("a", "old", None, "old")]

    assert names(rows, MAC) == ["TrashLocal B", "MoveLocal a > A"]


def test_a_directory_that_must_stay_keeps_its_other_spelling_off() -> None:
    rows = [row("D", "new", None, None), row("d", None, "dir", "dir"), row("d/x", None, "new", None)]

    assert names(rows, MAC) == ["Upload D", "Skip d", "Skip d/x"]


def test_a_file_moved_out_of_a_directory_that_is_kept_off_is_copied_instead() -> None:
    rows = [
        row("D", "new", None, None),
        row("a", "old", None, None),
        row("d", None, "dir", "dir"),
        row("d/new", None, "new!", None),
        row("d/x", None, "old", "old"),
    ]

    found = names(rows, MAC)

    assert "Upload a" in found
    assert not [action for action in found if action.startswith("Move")]


def test_twins_are_found_in_each_directory_alone_and_the_rows_pass_unchanged() -> None:
    finder = Twins(fold_case)
    rows = [row(path, "x", None, None) for path in ("A", "A/b", "B", "a", "a/B", "a/B/p", "a/b", "c", "c/a")]

    assert list(finder.watch(rows)) == rows
    assert sorted(finder.groups()) == [["A", "a"], ["a/B", "a/b"]]


def test_two_spellings_of_a_directory_are_joined_and_what_they_hold_waits() -> None:
    rows = [
        row("D", None, "dir", None),
        row("D/x", None, "one", None),
        row("d", "dir", None, None),
        row("d/y", "two", None, None),
    ]

    made = plan(rows, MAC)

    assert made.actions == (MoveRemote("D", None, rows[0].remote, "the same name in another spelling", to="d"),)
    assert made.more


def test_several_directories_are_joined_in_one_round_and_what_they_hold_waits() -> None:
    rows = [
        row("D", None, "dir", None),
        row("D/x", None, "one", None),
        row("E", None, "dir", None),
        row("E/x", None, "two", None),
        row("d", "dir", None, None),
        row("e", "dir", None, None),
    ]

    assert names(rows, MAC) == ["MoveRemote D > d", "MoveRemote E > e"]


def test_a_respelling_here_tells_what_it_expects() -> None:
    rows = [row("A", "one", None, None), row("a", None, "one", None)]

    assert plan(rows, CLOUD).actions == (
        MoveLocal("A", rows[0].local, None, "the same name in another spelling", to="a"),
    )


def test_what_waits_for_its_twin_is_told_when_that_stays_after_all() -> None:
    rows = [row("D", None, "dir", None), row("d", "dir", None, "dir"), row("d/y", "dir", None, None)]

    made = plan(rows, Rules(mode=Mode.RESTORE, local_folds=fold_case))

    assert [(type(action), action.path) for action in made.actions] == [(Skip, "D"), (Skip, "d"), (Skip, "d/y")]
    assert not made.more


def test_what_was_to_move_into_a_directory_that_is_kept_off_stays_where_it_is() -> None:
    rows = [
        row("D", "new", None, None),
        row("d", None, "dir", "dir"),
        row("d/q", None, "old", None),
        row("q", "old", None, "old"),
    ]

    assert names(rows, MAC) == ["Upload D", "Skip d", "Skip d/q", "Skip q"]


def test_all_files_moved_out_of_a_directory_that_is_kept_off_are_copied() -> None:
    here = [
        row("D", "new", None, None),
        row("a", "one", None, None),
        row("b", "two", None, None),
        row("d", None, "dir", "dir"),
        row("d/new", None, "new!", None),
        row("d/x", None, "one", "one"),
        row("d/y", None, "two", "two"),
    ]
    there = [swapped(one) for one in here]

    assert {"Upload a", "Upload b"} <= set(names(here, MAC))
    assert {"Download a", "Download b"} <= set(names(there, CLOUD))
