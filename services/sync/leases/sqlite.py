"""How is a lease kept in a SQLite file that the programs of one host share?

For disks of the host only: SQLite's locks can't be trusted on most network volumes.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator

from services.sync.lease import Grant, LeaseChanged
from services.sync.leases.errors import StoreFailed, StoreRefused

BUSY_SECONDS = 4.0
"""How long a transaction waits for another program's."""
_REMEDY = "check the path in DATABASE_URL, its permissions and the free space of its volume"


class SqliteStore:
    """One row of a table that all contenders see; compare and write are one transaction."""

    def __init__(self, path: str, name: str) -> None:
        self._path = path
        self._name = name

    async def read(self) -> Grant | None:
        """One row."""
        return await asyncio.to_thread(self._read)

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        """One transaction."""
        await asyncio.to_thread(self._write, grant, over)

    async def trial(self) -> None:
        """Write a row and take it back. Raises `StoreFailed` if that can't be done."""
        await asyncio.to_thread(self._trial)

    def _read(self) -> Grant | None:
        with self._transaction() as connection:
            return self._row(connection)

    def _write(self, grant: Grant, over: Grant | None) -> None:
        with self._transaction() as connection:
            if self._row(connection) != over:
                raise LeaseChanged
            self._put(connection, grant)
            connection.execute("COMMIT")

    def _trial(self) -> None:
        with self._transaction() as connection:
            self._put(connection, Grant("trial", 0, True, ""))

    def _row(self, connection: sqlite3.Connection) -> Grant | None:
        row = connection.execute("SELECT held FROM lease WHERE name=?", (self._name,)).fetchone()
        return Grant.decode(row[0]) if row else None

    def _put(self, connection: sqlite3.Connection, grant: Grant) -> None:
        connection.execute("INSERT OR REPLACE INTO lease VALUES (?, ?)", (self._name, grant.encode()))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction in which nobody else writes; what is not committed in it is taken back."""
        try:
            connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
            with contextlib.closing(connection):
                connection.execute("CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, held BLOB NOT NULL)")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
        except sqlite3.OperationalError as error:
            raise StoreFailed(f"the lease file of DATABASE_URL can't be used: {error}", remedy=_REMEDY) from error
        except sqlite3.Error as error:
            remedy = "name another file in DATABASE_URL: this one was not made by Helix, or it is damaged"
            raise StoreRefused(f"the lease file of DATABASE_URL can't be used: {error}", remedy=remedy) from error
