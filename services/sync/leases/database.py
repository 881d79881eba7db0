"""How does sync talk to the PostgreSQL server of DATABASE_URL, and what do its refusals mean?

One connection, made when it is needed and dropped after any trouble; a pause that grows keeps a dead server from being
asked without end. Every foreign error is translated here, in one place.
"""

import asyncio
import os
import random
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from helix.core.pacing import Backoff
from helix.parsing import Secret
from services.sync.leases.errors import StoreFailed, StoreRefused

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 3.0
"""Together well below the time that a claim has for its renewal."""
BACKOFF = Backoff(first=0.5, ceiling=5.0, tries=1_000_000)
"""The lease asks for ever; a server that is back is found within seconds, before a claim has lapsed."""

TABLE = """
CREATE TABLE IF NOT EXISTS helix_lease (
    name text PRIMARY KEY, owner text NOT NULL, epoch bigint NOT NULL, released boolean NOT NULL, nonce text NOT NULL
)
"""


class Database:
    """A connection that several leases share; one statement at a time."""

    def __init__(self, url: Secret, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._failures = 0
        self._rests_until = float("-inf")
        self._last: StoreFailed | None = None

    async def first(self, statement: str, *values: object) -> asyncpg.Record | None:
        """Run one statement and give its first row. Raises `StoreFailed` or `StoreRefused`."""
        async with self._connected() as connection:
            return await connection.fetchrow(statement, *values, timeout=STATEMENT_SECONDS)

    async def trial(self, statement: str, *values: object) -> None:
        """Run one statement and take it back. Raises as `first`."""
        async with self._connected() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(statement, *values, timeout=STATEMENT_SECONDS)
            await transaction.rollback()

    async def close(self) -> None:
        """Give the connection back. Never raises."""
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is None:
                return
            try:
                await connection.close(timeout=STATEMENT_SECONDS)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                connection.terminate()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        async with self._turn:
            if self._last is not None and self._clock() < self._rests_until:
                raise self._last.with_traceback(None)
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await self._connect()
                yield self._connection
            except asyncio.CancelledError:
                self._drop()
                raise
            except _FOREIGN as error:
                self._drop()
                raise self._failed(translate(error)) from error
            self._failures, self._last = 0, None

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        async with asyncio.timeout(CONNECT_SECONDS):
            # without a cache of prepared statements a connection pooler between us does no harm
            connection = await asyncpg.connect(
                self._url.reveal(),
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                statement_cache_size=0,
                server_settings={"application_name": "helix"},
            )
        try:
            await _make_table(connection)
        except _FOREIGN:
            connection.terminate()
            raise
        return connection

    def _drop(self) -> None:
        """An answer that was not waited for must not be taken for the next one's."""
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None

    def _failed(self, failure: StoreFailed) -> StoreFailed:
        self._failures += 1
        # spreads attempts; guards nothing
        wait = BACKOFF.wait(self._failures, random.random) or BACKOFF.ceiling
        self._rests_until = self._clock() + wait
        self._last = failure
        return failure


_FOREIGN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, ValueError)
"""OSError holds TimeoutError and TLS errors; ValueError is an address that can't be understood."""


async def _make_table(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Make the table if it is not there; of two that make it at once one is told that it is."""
    if await connection.fetchval("SELECT to_regclass('helix_lease')::text") is not None:
        return
    try:
        await connection.execute(TABLE)
    except (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError):
        return


def translate(error: Exception) -> StoreFailed:  # noqa: PLR0911 (one return a row of the table)
    """Say what an error of the driver means; the address of the server, its user and its password stay out of it."""
    match error:
        case asyncpg.InvalidAuthorizationSpecificationError():
            return StoreRefused(
                "PostgreSQL refuses the login of DATABASE_URL", remedy="correct its user, its password or its sslmode"
            )
        case asyncpg.InvalidCatalogNameError():
            return StoreRefused(
                "the database that DATABASE_URL names is not there", remedy="create it, or correct DATABASE_URL"
            )
        case asyncpg.ReadOnlySQLTransactionError() | asyncpg.TargetServerAttributeNotMatched():
            return StoreFailed(
                "the database of DATABASE_URL is read-only", remedy="name the primary in DATABASE_URL, not a replica"
            )
        case asyncpg.InsufficientPrivilegeError() | asyncpg.InvalidSchemaNameError():
            remedy = "grant it CREATE on its schema, or make the table and grant it SELECT, INSERT and UPDATE"
            return StoreRefused("the user of DATABASE_URL may not use the table helix_lease", remedy=remedy)
        case asyncpg.SyntaxOrAccessError():
            return StoreRefused(
                "the table helix_lease is not as Helix makes it",
                remedy="rename that table, or name another schema or database in DATABASE_URL",
            )
        case ssl.SSLError():
            remedy = "correct sslmode and sslrootcert in DATABASE_URL, or the server's certificate"
            return StoreRefused(f"no TLS with the database of DATABASE_URL: {error.reason}", remedy=remedy)
        case FileNotFoundError() | PermissionError():
            remedy = "correct host, sslrootcert, sslcert and sslkey in DATABASE_URL, or wait if PostgreSQL is starting"
            return StoreFailed(
                f"a file or socket of DATABASE_URL can't be opened: {os.strerror(error.errno or 0)}", remedy=remedy
            )
        case asyncpg.ClientConfigurationError() | UnicodeError():
            return StoreRefused("DATABASE_URL can't be understood", remedy="write postgresql://user:password@host/name")
        case _:
            remedy = "check that PostgreSQL runs and can be reached from here; Helix asks again by itself"
            return StoreFailed(f"the database of DATABASE_URL does not answer: {_cause(error)}", remedy=remedy)


def _cause(error: Exception) -> str:  # noqa: PLR0911 (one return a row of the table)
    """A word of the cause, without the address that some texts hold."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case socket.gaierror():
            return "its name is not known"
        case OSError(errno=int(number)):
            return os.strerror(number)
        case ConnectionError() if "SSL" in str(error):
            return "it offers no TLS, which sslmode demands"
        case asyncpg.CannotConnectNowError() | asyncpg.AdminShutdownError():
            return "it is starting or stopping"
        case asyncpg.TooManyConnectionsError():
            return "it has no connection left"
        case asyncpg.PostgresError():
            return f"PostgreSQL's error {error.sqlstate}"
        case _:
            return type(error).__name__
