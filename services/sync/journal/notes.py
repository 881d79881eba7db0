"""What can be written into the journal after an act?

Frozen notes, applied in order. Each says what was observed, so a note that is lost in a crash only leaves the
journal behind the truth.
"""

import sqlite3
from dataclasses import dataclass
from typing import assert_never

from helix.core.trees import BaseState, Side
from services.sync.journal import directories
from services.sync.journal.schema import AT_OR_BELOW, at_or_below, key_of


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


def write(connection: sqlite3.Connection, note: Note) -> None:
    """Write one note inside the caller's transaction."""
    match note:
        case InSync(path=path, state=state, ctime_ns=ctime_ns):
            values = (key_of(path), *state, ctime_ns)
            connection.execute("INSERT OR REPLACE INTO base VALUES (?,?,?,?,?,?,?,?)", values)
            directories.touch(connection, path)
        case Touched(path=path, ctime_ns=ctime_ns):
            connection.execute("UPDATE base SET ctime_ns=? WHERE key=?", (ctime_ns, key_of(path)))
            directories.touch(connection, path)
        case Forgotten(path=path):
            connection.execute("DELETE FROM base WHERE key=?", (key_of(path),))
            directories.touch(connection, path)
            directories.forget_empty(connection, path)
        case Renamed():
            _rename(connection, note)
        case Seen():
            directories.see(connection, note.directory, note.digest, note.rows, note.touched)
        case Event():
            connection.execute(
                "INSERT INTO events (time, path, action, outcome, size, why) VALUES (?,?,?,?,?,?)",
                (note.time, note.path, note.action, note.outcome, note.size, note.why),
            )
        case Version():
            connection.execute(
                "INSERT OR REPLACE INTO versions VALUES (?,?,?,?,?,?)",
                (note.kept, note.side, note.path, note.time, note.size, note.reason),
            )
        case Fact(name=name, value=value):
            connection.execute("INSERT OR REPLACE INTO facts VALUES (?,?)", (name, value))
        case _:
            assert_never(note)


def _rename(connection: sqlite3.Connection, note: Renamed) -> None:
    """Move the rows of the path and below; only a row that is there is stamped anew."""
    old, new = key_of(note.path), key_of(note.to)
    connection.execute(f"DELETE FROM base WHERE {AT_OR_BELOW}", at_or_below(new))  # noqa: S608 - a constant
    connection.execute(
        f"UPDATE base SET key = CAST(? || substr(key, ?) AS BLOB) WHERE {AT_OR_BELOW}",  # noqa: S608 - a constant
        (new, len(old) + 1, *at_or_below(old)),
    )
    if note.stamp is not None:
        stamp = note.stamp
        connection.execute(
            "UPDATE base SET size=?, mtime_ns=?, inode=?, etag=?, ctime_ns=? WHERE key=?",
            (stamp.size, stamp.mtime_ns, stamp.inode, stamp.etag, note.ctime_ns, new),
        )
    directories.rename(connection, note.path, note.to)
