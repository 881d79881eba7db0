"""Where is the lease of a folder kept?

| setting                      | kept                                                        |
|------------------------------|-------------------------------------------------------------|
| the folder's mode `restore`  | nowhere: it never writes to its remote                      |
| no `DATABASE_URL`            | in a file on the remote                                     |
| `DATABASE_URL=postgresql://` | in PostgreSQL, and in the file (see `doubled`)              |
| `DATABASE_URL=sqlite:`       | in a SQLite file of this host, and in the file on the remote |
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from helix.core.cases import Mode
from helix.parsing import Secret, sqlite_path
from helix.settings import Folder
from services.sync.lease import LeaseStore, SoleWriter
from services.sync.leases.doubled import DoubledStore
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.leases.sqlite import SqliteStore
from services.sync.marker import UNMARKED, RemoteMark
from services.sync.remotes.remote import Remote


class Row(LeaseStore, Protocol):
    """A lease in a database, which can be tried."""

    async def trial(self) -> None:
        """Write a row and take it back. Raises `StoreFailed` if that can't be done."""


class Leases:
    """Makes the lease stores of all folders; those in PostgreSQL share one connection."""

    def __init__(self, url: Secret | None) -> None:
        self._rows: Callable[[str], Row] | None = None
        self._close: Callable[[], Awaitable[None]] | None = None
        if url is None:
            return
        path = sqlite_path(url.reveal())
        if path is not None:
            self._rows = lambda name: SqliteStore(path, name)
            return
        # a sync without a database needs no PostgreSQL library
        from services.sync.leases import database, postgres  # noqa: PLC0415

        connection = database.Database(url)
        self._rows = lambda name: postgres.PostgresStore(connection, name)
        self._close = connection.close

    def store(self, folder: Folder, remote: Remote, owner: str) -> LeaseStore:
        """The store of one folder's lease."""
        if folder.mode == Mode.RESTORE:
            return SoleWriter()
        file = RemoteFileStore(remote)
        return DoubledStore(self._rows, RowName(remote), file, owner) if self._rows else file

    async def trial(self) -> None:
        """Write a row and take it back, if there is a database. Raises `StoreFailed` if that can't be done."""
        if self._rows is not None:
            await self._rows("trial").trial()

    async def close(self) -> None:
        """Give the connection back. Never raises."""
        if self._close is not None:
            await self._close()


class RowName:
    """The name of a remote's row: the remote's own identity, or its setting as long as it has none.

    Two remotes of one setting (every container's own `local:/data`) must not share a row, and one remote with two
    settings must not have two.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._mark = RemoteMark(remote)
        self._identity: str | None = None

    async def __call__(self) -> str:
        """The name as of now. Raises `RemoteError`."""
        if self._identity is None:
            mark = await self._mark.read()
            self._identity = None if mark == UNMARKED else mark
        return self._identity or self._remote.name
