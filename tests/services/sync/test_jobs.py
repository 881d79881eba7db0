"""Does an answer mean for an action what the same action means alone?"""

import errno

import pytest

from helix.core.actions import Action, Compare, Download, KeepBoth, MakeDirLocal, MakeDirRemote, TrashLocal, Upload
from helix.core.trees import BaseState, Kind, LocalState, RemoteState
from helix.errors import HelixError
from services.sync.apply.errors import LocalChanged, LocalFailed, LocalFull
from services.sync.apply.jobs import error_of, job_of, outcome_of
from services.sync.carrying import NOT_AS_PLANNED, Answer, Failure, Job
from services.sync.journal.notes import Event, InSync
from services.sync.remotes.errors import Changed, Gone, ItemFailed, OverQuota, Refused

LOCAL, REMOTE = LocalState(Kind.FILE, 5, 7, 11), RemoteState(Kind.FILE, 5, "13-5-7-17", 7)
DIRECTORY, FAR = LocalState(Kind.DIRECTORY, 0, 0, 3), RemoteState(Kind.DIRECTORY, 0, "")
HERE, THERE = (5, 7, 11, 19), (5, 7, 13, 17)
STATE = BaseState(Kind.FILE, 5, 7, 11, "13-5-7-17", "blake3:x")
COMPARE = Compare("p", LOCAL, REMOTE, "", otherwise=KeepBoth("p", LOCAL, REMOTE, "different"))


@pytest.mark.parametrize(
    ("action", "job"),
    [
        (Upload("p", LOCAL, None, ""), Job("up", "p", (5, 7, 11))),
        (Download("p", None, REMOTE, ""), Job("down", "p", None, (5, "13-5-7-17", 7))),
        (COMPARE, Job("compare", "p", (5, 7, 11), (5, "13-5-7-17", 7))),
        (MakeDirLocal("p", None, FAR, ""), Job("make here", "p")),
        (MakeDirRemote("p", DIRECTORY, None, ""), Job("make there", "p")),
    ],
)
def test_a_small_action_becomes_a_job(action: Action, job: Job) -> None:
    assert job_of(action) == job


def test_what_is_not_small_becomes_none() -> None:
    with pytest.raises(ValueError, match="not small"):
        job_of(TrashLocal("p", LOCAL, None, ""))


@pytest.mark.parametrize(
    ("action", "what"), [(Upload("p", LOCAL, None, ""), "upload"), (Download("p", None, REMOTE, ""), "download")]
)
def test_a_carried_file_is_in_sync_as_it_was_seen_on_both_sides(action: Action, what: str) -> None:
    row, event = outcome_of(action, Answer(HERE, THERE, "blake3:x"))

    assert row == InSync("p", STATE, 19)
    assert isinstance(event, Event)
    assert (event.path, event.action, event.size) == ("p", what, 5)


def test_a_directory_is_in_sync_once_it_is_made() -> None:
    (here,) = outcome_of(MakeDirLocal("p", None, FAR, ""), Answer(here=(4096, 1, 3, 1)))
    (there,) = outcome_of(MakeDirRemote("p", DIRECTORY, None, ""), Answer(there=(4096, 1, 4, 1)))

    assert here == there == InSync("p", BaseState(Kind.DIRECTORY, 0, 0, 3, "", None))


def test_equal_contents_are_adopted_and_others_become_what_was_planned_for_them() -> None:
    equal = outcome_of(COMPARE, Answer(HERE, THERE, "blake3:x", "blake3:x"))
    other = outcome_of(COMPARE, Answer(HERE, THERE, "blake3:x", "blake3:y"))

    assert equal == (InSync("p", STATE, 19),)
    assert other == COMPARE.otherwise


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (("here", NOT_AS_PLANNED, ""), LocalChanged),
        (("here", errno.EEXIST, "File exists"), LocalChanged),
        (("here", errno.ENOSPC, "No space left on device"), LocalFull),
        (("here", errno.EACCES, "Permission denied"), LocalFailed),
        (("there", NOT_AS_PLANNED, ""), Changed),
        (("there", errno.EEXIST, "File exists"), Changed),
        (("there", errno.ENOENT, "No such file or directory"), Gone),
        (("there", errno.ENOSPC, "No space left on device"), OverQuota),
        (("there", errno.EACCES, "Permission denied"), ItemFailed),
        (("there", errno.EROFS, "Read-only file system"), Refused),
    ],
)
def test_a_failure_is_the_error_of_its_side(failure: Failure, kind: type[HelixError]) -> None:
    error = outcome_of(Upload("p", LOCAL, None, ""), Answer(failure=failure))

    assert isinstance(error, kind)
    assert str(error) == str(error_of("p", failure))
    assert error.remedy or kind is LocalChanged
