"""Which job is a small action where both sides are disks, and what does the job's answer mean?"""

from helix.core.actions import Action, Adopt, Compare, Download, MakeDirLocal, MakeDirRemote, Upload, settled
from helix.core.trees import BaseState, Kind, LocalState, RemoteState, in_sync
from helix.errors import HelixError
from services.sync.apply.errors import LocalChanged, translate
from services.sync.apply.notes import Notes, event
from services.sync.carrying import NOT_AS_PLANNED, Answer, Failure, Job
from services.sync.fingerprints import file_etag
from services.sync.journal.notes import InSync
from services.sync.remotes import disk
from services.sync.remotes.errors import Changed

SMALL_BYTES = 1 << 20
"""Above this a file's bytes cost more than its name."""

Outcome = Notes | Action | HelixError
"""What an action ended in: its notes, an action that shall be done instead, or its failure."""


def is_small(action: Action) -> bool:
    """Whether an action is done together with others: it makes something new, or only reads, and moves few bytes."""
    match action:
        case Upload(local=LocalState(size=size), remote=None) | Download(local=None, remote=RemoteState(size=size)):
            return size <= SMALL_BYTES
        case Compare(local=LocalState(size=size), remote=RemoteState(size=other)):
            return max(size, other) <= SMALL_BYTES
        case MakeDirLocal(remote=RemoteState()) | MakeDirRemote(local=LocalState()):
            return True
        case _:
            return False


def job_of(action: Action) -> Job:
    """What is to be done for an action that `is_small`."""
    match action:
        case Upload(path=path, local=LocalState() as local):
            return Job("up", path, local[1:4])
        case Download(path=path, remote=RemoteState() as remote):
            return Job("down", path, None, remote[1:4])
        case Compare(path=path, local=LocalState() as local, remote=RemoteState() as remote):
            return Job("compare", path, local[1:4], remote[1:4])
        case MakeDirLocal(path=path):
            return Job("make here", path)
        case MakeDirRemote(path=path):
            return Job("make there", path)
        case _:
            raise ValueError(f"not small: {action}")


def outcome_of(action: Action, answer: Answer) -> Outcome:
    """What the action ended in, given its job's answer."""
    if answer.failure is not None:
        return error_of(action.path, answer.failure)
    match action, answer:
        case Upload(), _:
            return _carried(action, answer, "upload")
        case Download(), _:
            return _carried(action, answer, "download")
        case Compare(), _:
            return _compared(action, answer)
        case MakeDirLocal(path=path, remote=RemoteState() as remote), Answer(here=(_, _, inode, _)):
            return (InSync(path, in_sync(LocalState(Kind.DIRECTORY, 0, 0, inode), remote, None)),)
        case MakeDirRemote(path=path, local=LocalState() as local), _:
            return (InSync(path, in_sync(local, RemoteState(Kind.DIRECTORY, 0, ""), None)),)
        case _:
            raise ValueError(f"no answer to {action}: {answer}")


def error_of(path: str, failure: Failure) -> HelixError:
    """The failure as the same action would have failed with alone; `path` is what the message names."""
    side, number, text = failure
    error = OSError(number, text) if number != NOT_AS_PLANNED else None
    if side == "here":
        return translate(error, path) if error else LocalChanged(f"{path} changed since the scan")
    return disk.translate(error) if error else Changed(f"{path} changed on the remote")


def _carried(action: Upload | Download, answer: Answer, what: str) -> Notes:
    """The content now is on both sides; it was looked at before it was read, and after it had its name."""
    state, ctime_ns = _state(answer)
    return InSync(action.path, state, ctime_ns), event(action, what, state.size)


def _state(answer: Answer) -> tuple[BaseState, int]:
    here, there = answer.here, answer.there
    assert here is not None and there is not None
    size, mtime_ns, inode, ctime_ns = here
    return BaseState(Kind.FILE, size, mtime_ns, inode, file_etag(*there), answer.digest), ctime_ns


def _compared(action: Compare, answer: Answer) -> Notes | Action:
    decided = settled(action, answer.digest, answer.digest_there)
    if isinstance(decided, Adopt):
        state, ctime_ns = _state(answer)
        return (InSync(action.path, state, ctime_ns),)
    return decided
