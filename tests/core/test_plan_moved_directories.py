"""Is a renamed directory moved whole, and does all that is in motion around it wait or go its own way?"""

from dataclasses import replace

from helix.core.cases import Rules
from helix.core.plan import plan
from helix.core.trees import Row
from tests.core.rows import base, local, names, remote, renamed_here, row

IDENTITY = Rules(etag_is_identity=True)


def _directory_renamed_here(old: str = "d", new: str = "e") -> list[Row]:
    return [
        Row(old, None, remote("dir"), base("dir", inode=3)),
        *renamed_here(f"{old}/x", f"{new}/x"),
        Row(new, local("dir", inode=3), None, None),
    ]


def test_a_directory_is_renamed_whole_and_its_files_wait_for_the_next_round() -> None:
    rows = sorted([*_directory_renamed_here(), row("d/theirs", None, "fresh", None)])

    made = plan(rows, IDENTITY)

    assert names(rows, IDENTITY) == ["MoveRemote d > e"]
    assert made.more


def test_a_directory_renamed_there_is_renamed_here() -> None:
    rows = [
        Row("d", local("dir", inode=3), None, base("dir", inode=3, etag="n3")),
        row("d/x", "old", None, "old"),
        Row("e", None, remote("dir", etag="n3"), None),
        row("e/x", None, "old", None),
    ]

    assert names(rows, IDENTITY) == ["MoveLocal d > e"]


def test_where_etags_are_no_identity_files_move_one_by_one() -> None:
    assert names(_directory_renamed_here()) == ["RemoveDirRemote d", "MoveRemote d/x > e/x", "MakeDirRemote e"]


def test_a_directory_that_only_got_the_inode_of_another_is_not_that_one() -> None:
    rows = _directory_renamed_here()
    rows[1] = row("d/x", None, "old", "old")
    rows[2] = row("e/x", "new", None, None)

    assert names(rows, IDENTITY) == ["RemoveDirRemote d", "TrashRemote d/x", "MakeDirRemote e", "Upload e/x"]


def test_a_file_that_left_a_renamed_directory_waits_with_it() -> None:
    rows = [*_directory_renamed_here(), *renamed_here("d/y", "top", inode=8)]

    assert names(rows, IDENTITY) == ["MoveRemote d > e"]


def test_a_file_that_came_into_a_renamed_directory_waits_with_it() -> None:
    rows = [*_directory_renamed_here(), *renamed_here("a", "e/y", inode=8)]

    assert names(rows, IDENTITY) == ["MoveRemote d > e"]


def test_where_a_file_that_waits_is_to_arrive_the_directory_waits_too() -> None:
    rows = [
        *_directory_renamed_here(),
        *renamed_here("d/y", "g/y", inode=8),
        row("g", "dir", None, "dir"),
    ]

    assert names(rows, IDENTITY) == ["MoveRemote d > e"]


def test_what_a_file_that_waits_is_to_leave_waits_too() -> None:
    rows = [
        *_directory_renamed_here(),
        *renamed_here("g/y", "e/y", inode=8),
        row("g", None, "dir", "dir"),
    ]

    assert names(rows, IDENTITY) == ["MoveRemote d > e"]


def test_a_directory_is_known_by_its_files_though_others_have_come_before_them() -> None:
    rows = [*_directory_renamed_here(), row("e/a", "fresh", None, None), row("e/s", "dir", None, None)]

    assert names(rows, IDENTITY) == ["MoveRemote d > e"]


def test_a_directory_in_it_with_a_number_used_again_is_no_proof() -> None:
    rows = [
        Row("d", None, remote("dir"), base("dir", inode=3)),
        Row("d/s", None, remote("dir"), base("dir", inode=4)),
        Row("e", local("dir", inode=3), None, None),
        Row("e/s", local("dir", inode=4), None, None),
    ]

    assert "MoveRemote d > e" not in names(rows, IDENTITY)


def test_a_filtered_file_in_a_renamed_directory_stays_nobodys_business() -> None:
    rules = replace(IDENTITY, ignored=lambda path, _: path == "d/y")
    rows = [*_directory_renamed_here(), row("d/y", None, "old", "old")]

    assert names(rows, rules) == ["MoveRemote d > e", "Forget d/y"]


def test_a_directory_renamed_there_waits_for_what_was_moved_into_it_here() -> None:
    rows = [
        Row("d", local("dir", inode=3), None, base("dir", inode=3, etag="n3")),
        row("d/x", "old", None, "old"),
        Row("e", None, remote("dir", etag="n3"), None),
        row("e/x", None, "old", None),
        *renamed_here("a", "d/b", content="other", inode=8),
    ]

    found = names(rows, IDENTITY)

    assert "MoveLocal d > e" not in found
    assert "MakeDirRemote d" in found
    assert "MoveLocal d/x > e/x" in found


def test_a_directory_renamed_there_waits_for_what_was_moved_deep_into_it_here() -> None:
    rows = [
        Row("d", local("dir", inode=3), None, base("dir", inode=3, etag="n3")),
        Row("d/s", local("dir", inode=4), None, base("dir", inode=4, etag="n4")),
        row("d/x", "old", None, "old"),
        Row("e", None, remote("dir", etag="n3"), None),
        Row("e/s", None, remote("dir", etag="n4"), None),
        row("e/x", None, "old", None),
        *renamed_here("a", "d/s/b", content="other", inode=8),
    ]

    assert "MoveLocal d > e" not in names(rows, IDENTITY)


def test_a_file_that_left_a_directory_whose_inode_was_used_again_does_not_take_it_along() -> None:
    rows = [
        Row("d", None, remote("dir"), base("dir", inode=3)),
        *renamed_here("d/x", "g/x"),
        Row("e", local("dir", inode=3), None, None),
        row("g", "dir", "dir", "dir"),
    ]

    assert names(rows, IDENTITY) == ["RemoveDirRemote d", "MoveRemote d/x > g/x", "MakeDirRemote e"]


def test_renames_on_both_sides_that_do_not_meet_are_both_carried_out() -> None:
    rows = [
        *renamed_here("a", "b", content="mine", inode=9),
        Row("d", local("dir", inode=3), None, base("dir", inode=3, etag="n3")),
        row("d/x", "old", None, "old"),
        Row("e", None, remote("dir", etag="n3"), None),
        row("e/x", None, "old", None),
    ]

    assert names(rows, IDENTITY) == ["MoveRemote a > b", "MoveLocal d > e"]


def test_several_directories_are_renamed_in_one_round() -> None:
    second = [
        Row("g", None, remote("dir"), base("dir", inode=5)),
        *renamed_here("g/x", "h/x", inode=9),
        Row("h", local("dir", inode=5), None, None),
    ]

    assert names([*_directory_renamed_here(), *second], IDENTITY) == ["MoveRemote d > e", "MoveRemote g > h"]


def test_a_directory_without_a_number_is_not_told_from_others() -> None:
    rows = _directory_renamed_here()
    rows[0] = Row("d", None, remote("dir"), base("dir")._replace(inode=None))
    rows[-1] = Row("e", local("dir")._replace(inode=None), None, None)

    assert names(rows, IDENTITY) == ["RemoveDirRemote d", "MoveRemote d/x > e/x", "MakeDirRemote e"]


def test_a_directory_that_only_seems_deleted_there_because_it_was_renamed_back_here_is_no_target() -> None:
    rows = [
        Row("new", None, remote("dir"), base("dir", inode=3)),
        Row("new/x", None, remote("old"), base("old", inode=7)),
        Row("was", local("dir", inode=3), None, base("dir", inode=3)),
        Row("was/x", local("old", inode=7), None, base("old", inode=7)),
    ]

    assert names(rows, IDENTITY) == ["RemoveDirRemote new", "MoveRemote new/x > was/x", "MakeDirRemote was"]
