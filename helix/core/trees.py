"""What does the engine know about a path: on this side, on the other side, and when both were last equal?

Three trees are walked side by side: *local*, *remote* and *base* (what both sides were when last in sync).
The merge yields one `Row` a path in walk order: depth first, the children of a directory sorted by name, so
a parent comes before everything inside it. `walk_key` is that order.

The states are named tuples, not dataclasses, because a pass over 200,000 unchanged files makes and compares
millions of them: a tuple is built three times as fast, and `unchanged` compares two slices in C.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a path is; symlinks, sockets and devices are reported by the scan and never get here."""

    FILE = "file"
    DIRECTORY = "directory"


class Side(StrEnum):
    """One of the two trees that people change."""

    LOCAL = "local"
    REMOTE = "remote"

    @property
    def other(self) -> "Side":
        """The tree on the opposite side."""
        return Side.REMOTE if self is Side.LOCAL else Side.LOCAL


class LocalState(NamedTuple):
    """A path as the scan saw it; of a directory only the kind and the inode count (size and mtime are 0)."""

    kind: Kind
    size: int
    mtime_ns: int
    inode: int | None
    digest: str | None = None


class RemoteState(NamedTuple):
    """A path as the remote listed it; `etag` is opaque and changes whenever the content does.

    A directory has size 0, and an etag that stays the same while its children change.
    """

    kind: Kind
    size: int
    etag: str
    mtime_ns: int | None = None
    digest: str | None = None


class BaseState(NamedTuple):
    """A journal row: both sides as they were observed when they were equal."""

    kind: Kind
    size: int
    mtime_ns: int
    inode: int | None
    etag: str
    digest: str | None = None


class Row(NamedTuple):
    """One path in the three trees; `path` is relative, with `/` between the names as the sides gave them."""

    path: str
    local: LocalState | None
    remote: RemoteState | None
    base: BaseState | None


Rows = Iterable[Row]


def is_unchanged(row: Row) -> bool:
    """Whether both sides plainly are what they were: the whole cost of a compared row, two slices in C."""
    _, local, remote, base = row
    if local is None or remote is None or base is None:
        return False
    return local[:4] == base[:4] and remote[2] == base[4] and remote[1] == base[1]


def walk_key(path: str) -> list[str]:
    """The walk order as a sort key: a directory, then all it holds, then its next sibling."""
    return path.split("/")


def parent_of(path: str) -> str:
    """The directory that holds `path`; the root is the empty string."""
    return path.rpartition("/")[0]


def is_inside(path: str, directory: str) -> bool:
    """Whether `path` lies below `directory` (not the directory itself); everything lies below the root."""
    return path.startswith(directory + "/") if directory else path != ""


def in_sync(local: LocalState, remote: RemoteState, digest: str | None) -> BaseState:
    """The journal row for a path that was just seen equal on both sides."""
    return BaseState(local.kind, local.size, local.mtime_ns, local.inode, remote.etag, digest)


def same_content(one: str | None, two: str | None) -> bool | None:
    """Whether two digests name the same content; None when that can't be told.

    A digest is `algorithm:hex`; two algorithms can't be compared.
    """
    if one is None or two is None or one.partition(":")[0] != two.partition(":")[0]:
        return None
    return one == two
