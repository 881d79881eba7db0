"""Do directories go when they are empty, and stay while something in them lives?"""

import pytest

from helix.core.actions import Adopt, Download, Forget, MakeDirLocal, MakeDirRemote, Reason, Skip, StepAside, Upload
from helix.core.cases import Mode, Outcome, Rules, case_of
from helix.core.directories import settle_directories
from helix.core.plan import plan
from helix.core.trees import Row, Side
from tests.core.rows import base, local, names, remote, row

MIRROR, RESTORE = Rules(mode=Mode.MIRROR), Rules(mode=Mode.RESTORE)


def test_a_new_directory_is_made_on_the_other_side() -> None:
    assert names([row("d", "dir", None, None)]) == ["MakeDirRemote d"]
    assert names([row("d", None, "dir", None)]) == ["MakeDirLocal d"]


def test_what_is_made_tells_what_is_there_and_expects_nothing_here() -> None:
    here, there = row("d", "dir", None, None), row("d", None, "dir", None)

    assert plan([here]).actions == (MakeDirRemote("d", here.local, None, "created here"),)
    assert plan([there]).actions == (MakeDirLocal("d", None, there.remote, "created there"),)


def test_what_takes_the_place_of_another_kind_expects_that_to_be_gone() -> None:
    file_there, file_here = row("d", "dir", "file", "dir"), row("d", "file", "dir", "dir")
    directory_there, directory_here = row("d", "old", "dir", "old"), row("d", "dir", "old", "old")

    placed = [plan([one]).actions[1] for one in (file_there, file_here, directory_there, directory_here)]

    assert placed == [
        Download("d", None, file_there.remote, "edited there"),
        Upload("d", file_here.local, None, "edited here"),
        MakeDirLocal("d", None, directory_there.remote, "edited there"),
        MakeDirRemote("d", directory_here.local, None, "edited here"),
    ]


def test_a_directory_that_was_made_anew_is_only_noted() -> None:
    seen = Row("d", local("dir", inode=5), remote("dir"), base("dir", inode=3))

    (found,) = plan([seen]).actions

    assert isinstance(found, Adopt)
    assert (found.path, found.local, found.remote) == ("d", seen.local, seen.remote)
    assert found.why


def test_directories_on_both_sides_are_adopted() -> None:
    assert names([row("d", "dir", "dir", None)]) == ["Adopt d"]


def test_a_deleted_directory_goes_with_all_it_held() -> None:
    rows = [row("d", None, "dir", "dir"), row("d/x", None, "old", "old")]

    assert names(rows) == ["RemoveDirRemote d", "TrashRemote d/x"]


def test_a_directory_deleted_there_goes_here() -> None:
    rows = [row("d", "dir", None, "dir"), row("d/x", "old", None, "old")]

    assert names(rows) == ["RemoveDirLocal d", "TrashLocal d/x"]


def test_a_new_file_inside_saves_a_deleted_directory_and_only_itself() -> None:
    rows = [
        row("d", None, "dir", "dir"),
        row("d/s", None, "dir", "dir"),
        row("d/s/new", None, "fresh", None),
        row("d/x", None, "old", "old"),
    ]

    assert names(rows) == ["MakeDirLocal d", "MakeDirLocal d/s", "Download d/s/new", "TrashRemote d/x"]


def test_an_edited_file_inside_saves_a_directory_deleted_there() -> None:
    rows = [row("d", "dir", None, "dir"), row("d/x", "edit", None, "old")]

    assert names(rows) == ["MakeDirRemote d", "Upload d/x"]


def test_a_file_takes_the_place_of_a_directory() -> None:
    rows = [row("d", "file", "dir", "dir"), row("d/x", None, "old", "old")]

    assert names(rows) == ["RemoveDirRemote d", "Upload d", "TrashRemote d/x"]


def test_a_directory_takes_the_place_of_a_file() -> None:
    rows = [row("d", "dir", "old", "old"), row("d/x", "new", None, None)]

    assert names(rows) == ["TrashRemote d", "MakeDirRemote d", "Upload d/x"]


def test_the_same_swaps_are_carried_out_here() -> None:
    assert names([row("d", "dir", "file", "dir")]) == ["RemoveDirLocal d", "Download d"]
    assert names([row("d", "old", "dir", "old")]) == ["TrashLocal d", "MakeDirLocal d"]


def test_a_file_steps_aside_for_a_directory_in_which_an_edit_lives() -> None:
    rows = [row("d", "file", "dir", "dir"), row("d/x", None, "edit", "old")]

    assert names(rows) == ["StepAside d", "MakeDirLocal d", "Download d/x"]


def test_a_file_there_steps_aside_for_a_directory_here() -> None:
    assert names([row("d", "dir", "file", None)]) == ["StepAside d", "MakeDirRemote d"]


@pytest.mark.parametrize(("here", "there", "side"), [("mine", "dir", Side.LOCAL), ("dir", "theirs", Side.REMOTE)])
def test_the_directory_that_takes_a_files_place_expects_nothing_there(here: str, there: str, side: Side) -> None:
    seen = row("d", here, there, None)

    aside, made = plan([seen]).actions

    why = "created on both sides"
    assert aside == StepAside("d", seen.local, seen.remote, why, side=side)
    if side is Side.LOCAL:
        assert made == MakeDirLocal("d", None, seen.remote, why)
    else:
        assert made == MakeDirRemote("d", seen.local, None, why)


@pytest.mark.parametrize(
    ("seen", "ignored", "why"),
    [
        (row("a", "new", "old", "old"), True, "ignored now"),
        (row("a", None, None, "old"), False, "deleted on both sides"),
    ],
)
def test_what_is_forgotten_is_told_with_its_reason(seen: Row, ignored: bool, why: str) -> None:
    rules = Rules(ignored=lambda _path, _kind: ignored)

    assert plan([seen], rules).actions == (Forget("a", seen.local, seen.remote, why),)


def test_in_a_mirror_the_sources_kind_wins() -> None:
    assert names([row("d", "file", "dir", None)], MIRROR) == ["RemoveDirRemote d", "Upload d"]
    assert names([row("d", "dir", "file", None)], MIRROR) == ["TrashRemote d", "MakeDirRemote d"]
    assert names([row("d", "file", "dir", None)], RESTORE) == ["TrashLocal d", "MakeDirLocal d"]


def test_a_mirror_leaves_what_it_never_put_there_and_the_directory_around_it() -> None:
    rows = [row("d", "file", "dir", "dir"), row("d/x", None, "theirs", None)]

    found = plan(rows, MIRROR).actions

    assert [(type(action), action.path) for action in found] == [(Skip, "d"), (Skip, "d/x")]
    assert [action.reason for action in found if isinstance(action, Skip)] == [
        Reason.IN_THE_WAY,
        Reason.ONE_WAY,
    ]


def test_a_directory_that_only_has_another_inode_is_adopted_once() -> None:
    changed = row("d", "dir", "dir", "dir")
    assert changed.local

    assert names([changed._replace(local=changed.local._replace(inode=7))]) == ["Adopt d"]
    assert names([changed]) == []


def test_a_directory_gone_on_both_sides_is_forgotten() -> None:
    assert names([row("d", None, None, "dir")]) == ["Forget d"]


@pytest.mark.parametrize("order", [(None, Reason.UNSETTLED), (Reason.UNSETTLED, None)])
def test_what_waits_for_the_next_round_outweighs_every_other_reason(order: tuple[Reason | None, ...]) -> None:
    directory = case_of(row("d", "dir", None, "dir"), keep_deleted=False)
    directory.set_aside(Outcome.DROP_LOCAL)
    inside = [case_of(row(f"d/{name}", "x", None, "x"), keep_deleted=False) for name in "ab"]
    for case, reason in zip(inside, order, strict=True):
        case.set_aside(Outcome.WAIT, reason)

    settle_directories([directory, *inside], Rules())

    assert (directory.outcome, directory.reason) == (Outcome.WAIT, None)


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([row("d", "dir", None, "dir"), row("d/s", "dir", None, "dir")], Rules(holding_local={"d/s"})),
        ([row("d", None, "dir", "dir"), row("d/s", None, "dir", "dir")], Rules(holding_remote={"d/s"})),
    ],
)
def test_a_directory_that_holds_what_is_never_synced_stays_and_people_see_why(rows: list[Row], rules: Rules) -> None:
    made = plan(rows, rules)

    assert [(type(action), action.path) for action in made.actions] == [(Skip, "d"), (Skip, "d/s")]
    assert {action.reason for action in made.actions if isinstance(action, Skip)} == {Reason.UNSYNCED}
    assert not made.more


def test_a_directory_beside_one_that_holds_what_is_never_synced_goes() -> None:
    rows = [row("d", "dir", None, "dir"), row("e", "dir", None, "dir")]

    assert names(rows, Rules(holding_local={"d"})) == ["Skip d", "RemoveDirLocal e"]


def test_what_could_not_be_seen_is_the_graver_reason() -> None:
    made = plan([row("d", "dir", None, "dir")], Rules(holding_local={"d"}, unseen_local={"d"}))

    assert [action.reason for action in made.actions if isinstance(action, Skip)] == [Reason.UNSEEN]
