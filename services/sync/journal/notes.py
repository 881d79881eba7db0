"""What can be written into the journal after an act?

Frozen notes, applied in order. Each says what was observed, so a note that is lost in a crash only leaves the
journal behind the truth.
"""

from dataclasses import dataclass

from helix.core.trees import BaseState, Side


@dataclass(frozen=True, slots=True)
class InSync:
    """Both sides of the path were just seen equal; `ctime_ns` is the local file's, 0 if it was not looked at."""

    path: str
    state: BaseState
    ctime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Touched:
    """The local file's ctime moved, its content did not."""

    path: str
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The path is on neither side any more, or nobody's business."""

    path: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """The path and all below it is now called `to` on both sides; `stamp` is how `to` looks now."""

    path: str
    to: str
    stamp: BaseState | None
    ctime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """All `rows` rows of a directory are what both sides showed in the listings that `digest` names.

    Void if a row of it was written since `touched` was read; None: there were no rows of it.
    """

    directory: str
    digest: bytes
    rows: int
    touched: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a path's history."""

    time: float
    path: str
    action: str
    outcome: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class Version:
    """A content that lost its path and is kept in the trash of its side."""

    kept: str
    side: Side
    path: str
    time: float
    size: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value: the identity of the pair, a pause, the time of the last good run."""

    name: str
    value: str


Note = InSync | Touched | Forgotten | Renamed | Seen | Event | Version | Fact
