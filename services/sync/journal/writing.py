"""How are many notes written at once, as if one by one in their order?

What no other note of the same transaction looks at is gathered and written in one go: lines of the history, rows that
follow each other, and the directories whose digest is void now. What a note does look at is written before it.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any, assert_never

from helix.core.trees import Kind, parent_of
from services.sync.journal import conflicts, directories
from services.sync.journal.notes import Event, Fact, Forgotten, InSync, Note, Renamed, Seen, Touched, Version
from services.sync.journal.schema import AT_OR_BELOW, at_or_below, key_of

_ROW = (
    "INSERT INTO base VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (key) DO UPDATE SET kind=excluded.kind, size=excluded.size,"
    " mtime_ns=excluded.mtime_ns, inode=excluded.inode, etag=excluded.etag, digest=excluded.digest,"
    " ctime_ns=excluded.ctime_ns"
)
_EVENT = "INSERT INTO events (time, path, action, outcome, size, why) VALUES (?,?,?,?,?,?)"


def write(connection: sqlite3.Connection, notes: Iterable[Note]) -> None:
    """Write notes, in order, inside the caller's transaction."""
    writing = _Writing(connection)
    for note in notes:
        writing.add(note)
    writing.catch_up()
    writing.write_lines()


class _Writing:
    """One transaction, and what is gathered for it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._events: list[tuple[Any, ...]] = []
        self._copies: list[tuple[str, int]] = []
        """What may be conflict copies, and their sizes."""
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self._touched: set[str] = set()
        """Directories of which a row was written, which `directories` does not say yet."""

    def add(self, note: Note) -> None:
        """Write or gather one note."""
        match note:
            case InSync(path=path, state=state, ctime_ns=ctime_ns):
                self._rows.append((key_of(path), *state, ctime_ns))
                self._touched.add(parent_of(path))
                if conflicts.LIKELY in path and state.kind is Kind.FILE:
                    self._copies.append((path, state.size))
            case Event():
                self._events.append((note.time, note.path, note.action, note.outcome, note.size, note.why))
            case Touched() | Forgotten() | Renamed():
                self._change(note)
            case Seen():  # void all the same if its directory was gathered: that is written later
                directories.see(self._connection, note.directory, note.digest, note.rows, note.touched)
            case Version():
                self._connection.execute(
                    "INSERT OR REPLACE INTO versions VALUES (?,?,?,?,?,?)",
                    (note.kept, note.side, note.path, note.time, note.size, note.reason),
                )
            case Fact(name=name, value=value):
                self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?,?)", (name, value))
            case _:
                assert_never(note)

    def catch_up(self) -> None:
        """Write the rows and the directories that were gathered."""
        self._write_rows()
        directories.touch(self._connection, self._touched)
        self._touched.clear()

    def write_lines(self) -> None:
        """Write the lines of the history that were gathered, and those that are missing."""
        self._connection.executemany(_EVENT, self._events)
        self._events.clear()
        conflicts.note_found(self._connection, self._copies)
        self._copies.clear()

    def _write_rows(self) -> None:
        self._connection.executemany(_ROW, self._rows)
        self._rows.clear()

    def _change(self, note: Touched | Forgotten | Renamed) -> None:
        """Write what looks at rows, or at directories, that are there."""
        match note:
            case Touched(path=path, ctime_ns=ctime_ns):
                self._write_rows()
                self._connection.execute("UPDATE base SET ctime_ns=? WHERE key=?", (ctime_ns, key_of(path)))
                self._touched.add(parent_of(path))
            case Forgotten(path=path):
                if path in self._touched:
                    self.catch_up()
                self._write_rows()
                self._connection.execute("DELETE FROM base WHERE key=?", (key_of(path),))
                directories.forget_empty(self._connection, path)
                self._touched.add(parent_of(path))
            case Renamed():
                self.catch_up()
                self.write_lines()
                _rename(self._connection, note)


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
    conflicts.rename(connection, note)
