"""Are the paths left alone that must not be touched now?"""

import pytest

from helix.core.actions import Reason, Skip
from helix.core.cases import Mode, Rules
from helix.core.ignore import Ignore
from helix.core.plan import Changed, plan
from helix.core.trees import Row
from tests.core.rows import base, local, names, remote, row

FILTERED = Rules(ignored=Ignore(["*.o", "build/"]))


def test_a_filtered_path_is_left_alone_on_both_sides() -> None:
    rows = [row("a.o", "new", None, None), row("b.o", None, "new", None), row("c.o", "one", "two", None)]

    assert names(rows, FILTERED) == []


def test_a_path_that_became_filtered_is_not_deleted_when_one_side_loses_it() -> None:
    assert names([row("a.o", None, "old", "old")], FILTERED) == ["Forget a.o"]


def test_an_unchanged_path_that_became_filtered_needs_nothing() -> None:
    assert names([row("a.o", "old", "old", "old")], FILTERED) == []


def test_a_filter_for_directories_meets_them_whatever_stands_there_now() -> None:
    assert names([row("build", "file", "dir", None)], FILTERED) == []
    assert names([row("build", "file", None, None)], FILTERED) == ["Upload build"]


def test_a_directory_that_holds_filtered_files_is_not_removed_and_not_made_again() -> None:
    rows = [row("d", None, "dir", "dir"), row("d/a.o", None, "theirs", None), row("d/x", None, "old", "old")]

    made = plan(rows, FILTERED)

    assert [(type(action).__name__, action.path) for action in made.actions] == [("Skip", "d"), ("TrashRemote", "d/x")]
    assert not made.more


def test_a_file_that_is_still_written_waits_and_people_see_why() -> None:
    rules = Rules(unsettled=lambda path, state: path == "a" and state is not None and state.size == 3)

    found = plan([row("a", "new", None, None), row("b", "new", None, None)], rules).actions

    assert [type(action).__name__ for action in found] == ["Skip", "Upload"]
    assert isinstance(found[0], Skip)
    assert found[0].reason is Reason.UNSETTLED


@pytest.mark.parametrize("field", [None, "size", "mtime_ns", "inode"])
def test_a_file_that_was_only_renamed_waits_for_nothing(field: str | None) -> None:
    """A rename moves the ctime too; the old name would be trashed at once, and the content sent again."""
    here = local("old", inode=7)
    assert here
    changed = here._replace(digest=None, **({field: 99} if field else {}))
    rows = [Row("a", None, remote("old"), base("old", inode=7)), Row("b", changed, None, None)]

    found = names(rows, Rules(unsettled=lambda *_: True))

    assert found == (["Skip a", "Skip b"] if field else ["MoveRemote a > b"])


def test_a_new_name_of_what_a_file_was_before_it_was_written_anew_waits_like_any_other() -> None:
    """`mv a b` and a new `a`: nothing would be trashed while `b` waits."""
    rows = [
        Row("a", local("new", inode=8, mtime=2), remote("old"), base("old", inode=7)),
        Row("b", local("old", inode=7), None, None),
    ]

    assert names(rows, Rules(unsettled=lambda path, _: path == "b")) == ["Upload a", "Skip b"]


def test_a_renamed_file_that_takes_the_place_of_another_waits_like_any_edit() -> None:
    rows = [
        Row("a", None, remote("old"), base("old", inode=7)),
        Row("b", local("old", inode=7), remote("b"), base("b", inode=8)),
    ]

    assert names(rows, Rules(unsettled=lambda *_: True)) == ["Skip a", "Skip b"]


def test_what_is_gone_here_waits_while_people_may_still_be_deleting_there() -> None:
    rows = [
        row("d", None, "dir", "dir"),
        row("d/x", None, "old", "old"),
        row("e", None, "old", "old"),
        row("f", "old", None, "old"),
    ]
    rules = Rules(unsettled=lambda path, state: state is None and path.startswith("d/"))

    made = plan(rows, rules)

    assert names(rows, rules) == ["Skip d", "Skip d/x", "TrashRemote e", "TrashLocal f"]
    assert {action.reason for action in made.actions if isinstance(action, Skip)} == {Reason.UNSETTLED}
    assert not made.more


def test_what_is_gone_on_both_sides_or_lives_on_there_waits_for_nobody() -> None:
    rows = [row("a", None, None, "old"), row("b", None, "edited", "old")]

    assert names(rows, Rules(unsettled=lambda *_: True)) == ["Forget a", "Download b"]


def test_a_file_in_the_place_of_a_directory_waits_until_all_in_it_counts_as_deleted() -> None:
    rows = [row("d", "file", "dir", "dir"), row("d/x", None, "old", "old")]

    assert names(rows, Rules(unsettled=lambda _, state: state is None)) == ["Skip d", "Skip d/x"]


def test_a_directory_is_no_file_that_is_still_written() -> None:
    assert names([row("d", "dir", None, None)], Rules(unsettled=lambda *_: True)) == ["MakeDirRemote d"]


def test_a_directory_deleted_there_waits_for_the_file_that_is_written_in_it() -> None:
    rows = [row("d", "dir", None, "dir"), row("d/x", "growing", None, "old")]

    made = plan(rows, Rules(unsettled=lambda *_: True))

    assert [(type(action), action.path) for action in made.actions] == [(Skip, "d"), (Skip, "d/x")]
    assert not made.more


@pytest.mark.parametrize(
    ("missing", "rules"),
    [
        (row("d/x", None, "old", "old"), Rules(unseen_local=["d"])),
        (row("d/x", "old", None, "old"), Rules(unseen_remote=["d"])),
        (row("d/s/x", "old", None, "old"), Rules(unseen_remote=["d"])),
        (row("d/x", None, "old", "old"), Rules(unseen_local=["d/x"])),
        (row("d/x", "old", None, "old"), Rules(unseen_remote=["d/x"])),
        (row("d/x", None, "edited", "old"), Rules(unseen_local=["d/x"])),
    ],
)
def test_what_was_not_seen_is_not_deleted(missing: Row, rules: Rules) -> None:
    found = plan([missing], rules).actions

    assert [type(action) for action in found] == [Skip]
    assert isinstance(found[0], Skip)
    assert found[0].reason is Reason.UNSEEN


def test_what_was_seen_beside_an_unseen_directory_goes_on() -> None:
    rows = [row("d/x", None, "edit", "old"), row("e", None, "old", "old")]

    assert names(rows, Rules(unseen_remote=["d"])) == ["Download d/x", "TrashRemote e"]


def test_what_is_missing_beside_an_unseen_directory_is_deleted() -> None:
    assert names([row("e", "old", None, "old")], Rules(unseen_remote=["d"])) == ["TrashLocal e"]
    assert names([row("e", None, "old", "old")], Rules(unseen_local=["d"])) == ["TrashRemote e"]


def test_a_directory_here_around_something_unseen_is_not_removed_and_people_see_why() -> None:
    found = plan([row("d", "dir", None, "dir")], Rules(unseen_local=["d"])).actions

    assert [type(action) for action in found] == [Skip]
    assert isinstance(found[0], Skip)
    assert found[0].reason is Reason.UNSEEN


def test_a_directory_around_something_unseen_is_not_removed() -> None:
    rows = [row("d", None, "dir", "dir"), row("d/s", None, "dir", "dir"), row("d/x", None, "old", "old")]

    assert names(rows, Rules(unseen_remote={"d/s"})) == ["Skip d", "Skip d/s", "TrashRemote d/x"]


def test_a_file_can_not_replace_a_directory_with_something_unseen_in_it() -> None:
    assert names([row("d", "file", "dir", "dir")], Rules(unseen_remote={"d/s"})) == ["Skip d"]


def test_when_a_person_says_keep_what_was_deleted_comes_back() -> None:
    rows = [
        row("a", None, "old", "old"),
        row("b", "old", None, "old"),
        row("c", None, None, "old"),
        row("d", "edit", "old", "old"),
    ]

    assert names(rows, Rules(keep_deleted=True)) == ["Download a", "Upload b", "Forget c", "Upload d"]
    assert names(rows[:2], Rules(mode=Mode.MIRROR, keep_deleted=True)) == ["Skip a", "Upload b"]


def test_a_row_without_anything_in_it_is_nothing() -> None:
    assert names([Row("a", None, None, None)]) == []


def test_the_plan_counts_what_was_known() -> None:
    made = plan([row("a", "x", "x", "x"), row("b", "x", None, None), row("c", None, None, "x")])

    assert (made.known, made.more) == (2, False)


def test_an_ignored_directory_stands_for_all_it_holds_but_for_what_the_journal_knows() -> None:
    rows = [
        row("build", "dir", None, None),
        row("build/deep", "dir", None, None),
        row("build/deep/x", "x", None, None),
        row("build/known", None, "old", "old"),
        row("build2", "dir", None, None),
        row("build2/y", "y", None, None),
    ]

    changed = Changed(rows, FILTERED)
    cases = list(changed)

    assert [case.path for case in cases] == ["build", "build/known", "build2", "build2/y"]
    assert changed.known == 1
    assert names(rows, FILTERED) == ["Forget build/known", "MakeDirRemote build2", "Upload build2/y"]


def test_an_ignored_directory_that_is_only_there_stands_for_what_it_holds_too() -> None:
    rows = [row("build", None, "dir", None), row("build/x", None, "x", None)]

    assert [case.path for case in Changed(rows, FILTERED)] == ["build"]
