"""What can the engine be told to do about one path?

Each action is frozen data that `match` takes apart. It carries

* `path`, relative, with `/`,
* `local` and `remote`: what both sides were when the action was planned. The executor looks again right
  before the act and refuses when either has moved, which costs a new plan and never a file,
* `why`: one short reason for the operator, shown by `helix sync plan`.

Act, then remember: the executor writes the journal row after the world changed, one action at a time.
Whatever is deleted or overwritten goes to the trash of the side that loses it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from helix.core.trees import LocalState, RemoteState, Side, same_content


@dataclass(frozen=True, slots=True)
class Act:
    """What all actions share."""

    path: str
    local: LocalState | None
    remote: RemoteState | None
    why: str


@dataclass(frozen=True, slots=True)
class Upload(Act):
    """Make the remote file equal to the local one.

    `have` is the digest of what the remote holds: if the local content turns out to have it, only the
    journal changes.
    """

    have: str | None = None


@dataclass(frozen=True, slots=True)
class Download(Act):
    """Make the local file equal to the remote one; `have` is the digest of what the local side holds."""

    have: str | None = None


@dataclass(frozen=True, slots=True)
class TrashLocal(Act):
    """Move the local file to the local trash, then forget its journal row."""


@dataclass(frozen=True, slots=True)
class TrashRemote(Act):
    """Move the remote file to the remote's trash, then forget its journal row."""


@dataclass(frozen=True, slots=True)
class MakeDirLocal(Act):
    """Make the local directory, then remember it as in sync."""


@dataclass(frozen=True, slots=True)
class MakeDirRemote(Act):
    """Make the remote directory, then remember it as in sync."""


@dataclass(frozen=True, slots=True)
class RemoveDirLocal(Act):
    """Remove the local directory if it is empty (refuse otherwise), then forget its journal row."""


@dataclass(frozen=True, slots=True)
class RemoveDirRemote(Act):
    """Remove the remote directory if it is empty (refuse otherwise), then forget its journal row."""


@dataclass(frozen=True, slots=True)
class MoveLocal(Act):
    """Rename `path` to `to` locally, with all it holds; refuse if `to` exists, but for another spelling.

    `local` and `remote` are `path`'s own states. With `arrived`, which is what `to` is on the remote, the rename
    carries a remote rename out: refuse if it has changed; the journal rows of `path` and below become rows of `to`,
    and the row of `to` itself takes its stamp from the renamed file and its etag from `arrived`. Without, only the
    spelling changes: the journal rows of `path` and below are forgotten, and the next round compares.
    """

    to: str
    arrived: RemoteState | None = None


@dataclass(frozen=True, slots=True)
class MoveRemote(Act):
    """Rename `path` to `to` on the remote: `MoveLocal` seen in a mirror.

    The row of `to` itself takes its stamp from `arrived`, which is what `to` is on the local side, and its etag from
    the renamed node. Rows below a directory keep theirs: directories are moved only where etags survive a rename.
    """

    to: str
    arrived: LocalState | None = None


@dataclass(frozen=True, slots=True)
class Adopt(Act):
    """Journal only: both sides are equal as they stand; `digest` is their content's, if known."""

    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Forget(Act):
    """Journal only: drop the row, nothing is touched on either side."""


@dataclass(frozen=True, slots=True)
class KeepBoth(Act):
    """Two contents at one path: the local one becomes a conflict copy, the remote one takes the path.

    First copy the local content to `names.conflict_name(path, digest)` (never rename it away), then download
    over `path`. The copy is a new local file, which the next round uploads.
    """


@dataclass(frozen=True, slots=True)
class StepAside(Act):
    """A file on `side` stands where the other side holds a directory: copy it aside, then trash it.

    The copy gets the conflict name of its content. The journal row of `path` is forgotten; the next round
    makes the directory and copies the conflict copy to the other side.
    """

    side: Side


@dataclass(frozen=True, slots=True)
class Compare(Act):
    """Nobody knows yet whether the two contents are equal: read both and do what `settled` says.

    `was` is the digest both had when last in sync: a side that still has it was not really edited.
    """

    otherwise: "Upload | Download | KeepBoth"
    was: str | None = None


class Reason(StrEnum):
    """Why a path that differs is left as it is."""

    ONE_WAY = "one-way"
    UNSETTLED = "unsettled"
    UNSEEN = "unseen"
    FILTERED = "filtered"
    UNSYNCED = "unsynced"
    CLASH = "clash"
    IN_THE_WAY = "in-the-way"


@dataclass(frozen=True, slots=True)
class Skip(Act):
    """Nothing is done, on purpose, and people are told why."""

    reason: Reason


Transfer = Upload | Download | KeepBoth | Compare
JournalOnly = Adopt | Forget
Action = (
    Transfer
    | JournalOnly
    | TrashLocal
    | TrashRemote
    | MakeDirLocal
    | MakeDirRemote
    | RemoveDirLocal
    | RemoveDirRemote
    | MoveLocal
    | MoveRemote
    | StepAside
    | Skip
)


def settled(compare: Compare, local_digest: str, remote_digest: str) -> "Adopt | Upload | Download | KeepBoth":
    """What a `Compare` becomes once both contents were read."""
    path, local, remote = compare.path, compare.local, compare.remote
    if same_content(local_digest, remote_digest):
        return Adopt(path, local, remote, "read both: equal", digest=local_digest)
    if isinstance(compare.otherwise, KeepBoth):
        if same_content(remote_digest, compare.was):
            return Upload(path, local, remote, "read both: edited here only")
        if same_content(local_digest, compare.was):
            return Download(path, local, remote, "read both: edited there only")
    return compare.otherwise


def download_bytes(actions: Iterable[Action]) -> int:
    """How many bytes the actions bring to the local disk, at most."""
    return sum(cost(action) for action in actions if isinstance(action, Download | KeepBoth))


def cost(action: Action) -> int:
    """How many bytes the action moves between the sides, at most."""
    match action:
        case Upload(local=local):
            return local.size if local else 0
        case Download(remote=remote) | KeepBoth(remote=remote):
            return remote.size if remote else 0
        case Compare(remote=remote, otherwise=otherwise):
            return (remote.size if remote else 0) + cost(otherwise)
        case (
            Adopt()
            | Forget()
            | TrashLocal()
            | TrashRemote()
            | MakeDirLocal()
            | MakeDirRemote()
            | RemoveDirLocal()
            | RemoveDirRemote()
            | MoveLocal()
            | MoveRemote()
            | StepAside()
            | Skip()
        ):
            return 0
        case _:
            assert_never(action)
