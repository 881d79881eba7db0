"""What does the journal know of each directory, read at one moment and without holding it in memory?"""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from helix.core.trees import BaseState, Kind
from services.sync.journal.errors import JournalFailed
from services.sync.journal.schema import key_of, path_of

REMEDY = "free some space or correct the permissions of HELIX_HOME/journal; nothing is lost, the pass is repeated"
KINDS = {kind.value: kind for kind in Kind}
_ROWS = (
    "SELECT key, ctime_ns, kind, size, mtime_ns, inode, etag, digest FROM base WHERE key >= ? AND key < ? ORDER BY key"
)

BaseRow = tuple[str, BaseState, int]
"""Path, state, ctime."""


class Place(NamedTuple):
    """A directory that rows lie directly in; `seen` and `rows` as in `schema.py`."""

    path: str
    seen: bytes | None
    rows: int
    touched: int


class Snapshot:
    """The journal as committed at one moment. Blocking: for one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def places(self) -> Iterator[Place]:
        """All directories that rows lie directly in, in walk order."""
        with translated():
            for key, *rest in self._connection.execute("SELECT key, seen, rows, touched FROM directories ORDER BY key"):
                yield Place(path_of(key), *rest)

    def rows_in(self, directory: str) -> Iterator[BaseRow]:
        """The rows directly in a directory, sorted by name; what lies deeper is jumped over."""
        prefix, end = _below(directory)
        start: bytes | None = prefix
        with translated():
            while start is not None:
                found = self._connection.execute(_ROWS, (start, end))
                start = None
                for key, *values in found:
                    name, deeper, _ = key[len(prefix) :].partition(b"\0")
                    if not deeper:
                        yield row_of(key, *values)
                    if deeper or values[1] == Kind.DIRECTORY:
                        start = prefix + name + b"\1"
                        break

    def rows_below(self, directory: str) -> Iterator[BaseRow]:
        """All rows below a directory, in walk order."""
        with translated():
            for row in self._connection.execute(_ROWS, _below(directory)):
                yield row_of(*row)


def _below(directory: str) -> tuple[bytes, bytes]:
    """Between which keys all that is below a directory lies; no UTF-8 has a byte FF."""
    key = key_of(directory)
    return (key + b"\0", key + b"\1") if key else (b"", b"\xff")


@contextlib.contextmanager
def snapshot(path: str) -> Iterator[Snapshot]:
    """One reading of the journal's file. Raises `JournalFailed`, also while it is being read."""
    with contextlib.closing(connect(path)) as connection:
        with translated():
            connection.execute("BEGIN")
        yield Snapshot(connection)


def connect(path: str) -> sqlite3.Connection:
    """A connection for reading, of its own."""
    with translated():
        return sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)


def row_of(key: bytes, ctime_ns: int, kind: str, *rest: Any) -> BaseRow:
    """One row as it is read."""
    return path_of(key), BaseState(KINDS[kind], *rest), ctime_ns


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what goes wrong in reading into our error."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, KeyError) as error:
        raise JournalFailed(f"the journal can't be read: {error}", remedy=REMEDY) from error
