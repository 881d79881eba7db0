"""Is a rename told from a deletion and a creation, and is nothing lost when it is not sure?"""

import pytest

from helix.core.actions import MoveLocal, MoveRemote
from helix.core.cases import Mode, Rules
from helix.core.plan import plan
from helix.core.trees import Row
from tests.core.rows import base, blind, local, names, remote, renamed_here, row

IDENTITY = Rules(etag_is_identity=True)


def test_a_file_renamed_here_is_renamed_there_by_its_inode() -> None:
    assert names(renamed_here("a", "b")) == ["MoveRemote a > b"]


def test_the_move_tells_what_was_seen_on_both_sides() -> None:
    rows = renamed_here("a", "b")

    found = plan(rows).actions

    assert found == (MoveRemote("a", None, rows[0].remote, "renamed here", to="b", arrived=rows[1].local),)


@pytest.mark.parametrize("field", ["size", "mtime_ns", "inode"])
def test_a_file_whose_stamp_differs_is_no_rename(field: str) -> None:
    old, new = renamed_here("a", "b")
    assert new.local
    rows = [old, new._replace(local=new.local._replace(**{field: 99}))]

    assert names(rows) == ["TrashRemote a", "Upload b"]


def test_without_inodes_no_stamp_proves_a_rename() -> None:
    old, new = renamed_here("a", "b", inode=0)
    assert old.base
    assert new.local
    rows = [
        old._replace(base=old.base._replace(inode=None)),
        new._replace(local=new.local._replace(inode=None)),
    ]

    assert names(rows) == ["TrashRemote a", "Upload b"]


def test_equal_digests_prove_a_rename_whatever_the_stamps() -> None:
    assert names([row("a", None, "old", "old"), row("b", "old", None, None)]) == ["MoveRemote a > b"]
    assert names([row("a", "old", None, "old"), row("b", None, "old", None)]) == ["MoveLocal a > b"]


def test_an_inode_that_was_used_again_for_other_content_is_no_rename() -> None:
    old, _ = renamed_here("a", "b")
    rows = [old, Row("b", local("new", inode=7), None, None)]

    assert names(rows) == ["TrashRemote a", "Upload b"]


def test_an_etag_proves_a_rename_only_where_it_is_an_identity() -> None:
    rows = [blind(row("a", "old", None, "old")), blind(row("b", None, "old", None))]

    assert names(rows) == ["TrashLocal a", "Download b"]
    assert names(rows, IDENTITY) == ["MoveLocal a > b"]


def test_the_local_move_tells_what_arrived_on_the_remote() -> None:
    rows = [row("a", "old", None, "old"), row("b", None, "old", None)]

    found = plan(rows).actions

    assert found == (MoveLocal("a", rows[0].local, None, "renamed there", to="b", arrived=rows[1].remote),)


def test_a_rename_here_of_a_file_edited_there_keeps_the_edit() -> None:
    rows = [*renamed_here("a", "b")]
    rows[0] = rows[0]._replace(remote=remote("edit"))

    assert names(rows) == ["Download a", "Upload b"]


def test_one_deletion_serves_one_of_two_equal_creations() -> None:
    rows = [row("a", None, "old", "old"), row("b", "old", None, None), row("c", "old", None, None)]

    assert names(rows) == ["MoveRemote a > b", "Upload c"]


def test_of_two_equal_deletions_one_is_the_rename_and_the_other_goes_to_the_trash() -> None:
    rows = [row("a", None, "old", "old"), row("b", None, "old", "old"), row("c", "old", None, None)]

    assert names(rows) == ["MoveRemote a > c", "TrashRemote b"]


def test_a_path_that_is_new_on_both_sides_is_no_target() -> None:
    rows = [row("a", None, "old", "old"), row("b", "old", "other", None)]

    assert names(rows) == ["TrashRemote a", "KeepBoth b"]


def test_a_one_way_mode_renames_on_its_target_only() -> None:
    here, there = (
        renamed_here("a", "b"),
        [row("a", "old", None, "old"), row("b", None, "old", None)],
    )

    assert names(here, Rules(mode=Mode.MIRROR)) == ["MoveRemote a > b"]
    assert names(there, Rules(mode=Mode.MIRROR)) == ["Upload a", "Skip b"]
    assert names(there, Rules(mode=Mode.RESTORE)) == ["MoveLocal a > b"]
    assert names(here, Rules(mode=Mode.RESTORE)) == ["Download a", "Skip b"]


def test_an_identity_that_another_content_bears_now_is_no_rename() -> None:
    rows = [row("a", "old", None, "old"), Row("b", None, remote("new", etag="e-old"), None)]

    assert names(rows, IDENTITY) == ["TrashLocal a", "Download b"]


def test_a_file_renamed_on_both_sides_and_back_on_one_is_renamed_back_on_the_other() -> None:
    rows = [
        Row("new", None, remote("old"), base("old", inode=7)),
        Row("was", local("old", inode=7), None, base("old", inode=7)),
    ]

    assert names(rows) == ["MoveRemote new > was"]


def test_the_same_there_is_told_by_an_identity() -> None:
    rows = [
        Row("new", local("old", inode=7), None, base("old", inode=7)),
        Row("was", None, remote("old"), base("old", inode=8)),
    ]

    assert names(rows, IDENTITY) == ["MoveLocal new > was"]


def test_two_honest_copies_deleted_one_here_and_one_there_are_both_gone() -> None:
    rows = [
        Row("a", None, remote("old"), base("old", inode=7)),
        Row("b", local("old", inode=8), None, base("old", inode=8)),
    ]

    assert names(rows) == ["TrashRemote a", "TrashLocal b"]


def test_a_path_that_was_written_anew_after_its_file_moved_on_is_no_source() -> None:
    rows = [
        Row("a", local("new", inode=8, mtime=2), remote("old"), base("old", inode=7)),
        Row("c", local("old", inode=7), None, None),
    ]

    assert names(rows) == ["Upload a", "Upload c"]


def test_a_mirror_moves_nothing_to_where_its_target_holds_something_else() -> None:
    rows = [*renamed_here("a", "f")]
    rows[1] = rows[1]._replace(remote=remote("dir"))

    assert names(rows, Rules(mode=Mode.MIRROR)) == ["TrashRemote a", "RemoveDirRemote f", "Upload f"]


def test_two_equal_deletions_and_two_equal_creations_are_two_renames() -> None:
    rows = [row(path, None, "old", "old") for path in "ab"] + [row(path, "old", None, None) for path in "cd"]

    assert names(rows) == ["MoveRemote a > c", "MoveRemote b > d"]


def test_neither_who_stays_nor_who_is_no_target_takes_the_rename_of_another() -> None:
    stays, gone = row("a", "new", "old", "old"), row("b", None, "old", "old")
    met, appeared = row("c", "old", "other", None), row("d", "old", None, None)

    assert names([stays, gone, met, appeared]) == ["Upload a", "MoveRemote b > d", "KeepBoth c"]


def test_a_mirror_sends_a_renamed_file_anew_if_its_old_name_was_edited_there() -> None:
    rows = renamed_here("a", "b")
    rows[0] = rows[0]._replace(remote=remote("edit"))

    assert names(rows, Rules(mode=Mode.MIRROR)) == ["TrashRemote a", "Upload b"]


def test_a_name_that_a_filter_leaves_alone_is_no_source() -> None:
    assert names(renamed_here("a", "b"), Rules(ignored=lambda path, _: path == "a")) == ["Forget a", "Upload b"]


def test_a_hard_link_that_is_kept_here_and_edited_there_is_no_target() -> None:
    rows = [
        Row("gone", None, remote("old"), base("old", inode=7)),
        Row("kept", local("old", inode=7), remote("edit"), base("old", inode=7)),
    ]

    assert names(rows) == ["TrashRemote gone", "Download kept"]
