"""What does sync remember of one folder, and how does it survive a crash, a full disk and a lost file?

One SQLite file. `note` gathers what has been done; `commit` writes all gathered notes in one transaction, after asking
the fence whether we still may. A crash loses the notes of the last moments: the journal is then behind the truth,
never ahead. A file that is lost or corrupt is set aside and begun anew: that acts as if nothing had ever been synced.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from helix.core.trees import BaseState
from services.sync.journal import reading, schema, writing
from services.sync.journal.errors import JournalFailed
from services.sync.journal.notes import Fact, Note
from services.sync.journal.reading import REMEDY


def _open_gate() -> None:
    """The fence of a folder that nobody else can write to."""


class Journal:
    """The journal of one folder. Blocking: call it in a thread. `note` alone is instant."""

    def __init__(self, path: str, *, fence: Callable[[], None] = _open_gate) -> None:
        self.path = path
        self.fence = fence
        self.begun_anew = ""
        """Why the journal was begun anew since the start of the program; empty if it was not."""
        self._pending: list[Note] = []
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def open(self) -> None:
        """Open or make the file; a corrupt one is set aside. Raises `JournalFailed`."""
        with self._lock:
            if self._connection is not None and self._is_same_file():
                return
            if self._connection is not None:
                self.begun_anew = "the journal's file was deleted or replaced"
                self._drop()
            self._connect()

    def doubt(self) -> None:
        """Have the file proved again by the next `open`: a reading failed, and it may have been damaged meanwhile."""
        with self._lock:
            self._drop()

    def close(self) -> None:
        """Write what is pending and close. Never raises."""
        with self._lock:
            with contextlib.suppress(JournalFailed):
                self.commit()
            self._drop()

    def note(self, *what: Note) -> None:
        """Remember what was just done, at the next commit. Never waits, not even for a commit under way."""
        self._pending.extend(what)  # one step of the list's own, as are the two in `commit`

    @property
    def pending(self) -> int:
        """How many notes wait for the next commit."""
        return len(self._pending)

    def commit(self) -> None:
        """Write all pending notes, or none. Raises `JournalFailed` or what the fence raises; the notes are kept."""
        with self._lock:
            if not self._pending:
                return
            self.fence()
            batch = tuple(self._pending)
            with self._guarded() as connection:
                connection.execute("BEGIN IMMEDIATE")
                writing.write(connection, batch)
                connection.execute("COMMIT")
            del self._pending[: len(batch)]

    def forget_pending(self) -> None:
        """Drop what was not committed: the fence fell, and another writer will see for itself."""
        with self._lock:
            self._pending.clear()

    def rows(self) -> Iterator[reading.BaseRow]:
        """All rows (path, state, ctime) in walk order, streamed from a connection of its own."""
        with contextlib.closing(reading.connect(self.path)) as connection, reading.translated():
            query = "SELECT key, ctime_ns, kind, size, mtime_ns, inode, etag, digest FROM base ORDER BY key"
            for row in connection.execute(query):
                yield reading.row_of(*row)

    def snapshot(self) -> contextlib.AbstractContextManager[reading.Snapshot]:
        """All that is committed now, to be read directory by directory from a connection of its own."""
        return reading.snapshot(self.path)

    def row(self, path: str) -> BaseState | None:
        """One row, as committed."""
        found = self.ask("SELECT kind, size, mtime_ns, inode, etag, digest FROM base WHERE key=?", schema.key_of(path))
        return BaseState(reading.KINDS[found[0][0]], *found[0][1:]) if found else None

    def holds(self, rows: int) -> bool:
        """Whether it holds so many rows, without counting them all."""
        return len(self.ask("SELECT 1 FROM base LIMIT ?", rows)) == rows

    def fact(self, name: str) -> str | None:
        """A named value."""
        found = self.ask("SELECT value FROM facts WHERE name=?", name)
        return found[0][0] if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Write a named value now."""
        self.note(Fact(name, value))
        self.commit()

    def set_own_fact(self, name: str, value: str) -> None:
        """Write a named value now without asking the fence: it is no claim about the remote."""
        self.change("INSERT OR REPLACE INTO facts VALUES (?,?)", name, value)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Answer a read-only question."""
        with self._lock, self._guarded() as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: object) -> int:
        """Run one statement of its own now; gives the new row's id or 0."""
        with self._lock, self._guarded() as connection:
            return connection.execute(statement, values).lastrowid or 0

    def _connect(self) -> None:
        try:
            self._connection = self._sound_connection()
        except sqlite3.OperationalError as error:
            raise JournalFailed(f"the journal can't be opened: {error}", remedy=REMEDY) from error
        except sqlite3.DatabaseError as error:
            self._set_aside(str(error))
            try:
                self._connection = self._sound_connection()
            except sqlite3.Error as again:
                raise JournalFailed(f"the journal can't be made: {again}", remedy=REMEDY) from again
        self._inode = os.stat(self.path).st_ino

    def _sound_connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, check_same_thread=False, isolation_level=None)
        try:
            schema.prepare(connection)
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        except (sqlite3.Error, JournalFailed):
            connection.close()
            raise
        return connection

    def _set_aside(self, why: str) -> None:
        """Keep the corrupt file for whoever wants to look at it, and begin anew."""
        self.begun_anew = f"the journal was corrupt ({why})"
        stamp = int(time.time())
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.replace(self.path + suffix, f"{self.path}.corrupt-{stamp}{suffix}")

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        """Translate SQLite's errors; a corrupt file is set aside at the next `open`."""
        if self._connection is None:
            raise JournalFailed("the journal is not open", remedy=REMEDY)
        try:
            yield self._connection
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            if not isinstance(error, sqlite3.OperationalError):
                self._drop()
            raise JournalFailed(f"the journal can't be written: {error}", remedy=REMEDY) from error

    def _is_same_file(self) -> bool:
        try:
            return os.stat(self.path).st_ino == self._inode
        except FileNotFoundError:
            return False

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
