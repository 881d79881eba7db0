"""How is a lease kept in PostgreSQL? One row a remote; compare and write are one statement.

The server's clock is never asked: a renewal is told by its nonce, and the observers' own clocks measure.
"""

import asyncpg

from services.sync.lease import Grant, LeaseChanged
from services.sync.leases.database import Database

_READ = "SELECT owner, epoch, released, nonce FROM helix_lease WHERE name = $1"
_FIRST = """
INSERT INTO helix_lease (name, owner, epoch, released, nonce) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO NOTHING RETURNING name
"""
_NEXT = """
UPDATE helix_lease SET owner = $2, epoch = $3, released = $4, nonce = $5
WHERE name = $1 AND epoch = $6 AND nonce = $7 RETURNING name
"""


class PostgresStore:
    """One row of the table `helix_lease`."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name

    async def read(self) -> Grant | None:
        """One row."""
        row = await self._database.first(_READ, self._name)
        return _grant_of(row) if row else None

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        """One statement; another epoch or nonce than expected leaves the row as it is."""
        new = (self._name, grant.owner, grant.epoch, grant.released, grant.nonce)
        if over is None:
            done = await self._database.first(_FIRST, *new)
        else:
            done = await self._database.first(_NEXT, *new, over.epoch, over.nonce)
        if done is None:
            raise LeaseChanged

    async def trial(self) -> None:
        """Write a row and take it back. Raises `StoreFailed` if that can't be done."""
        await self._database.trial(_FIRST, f"trial of {self._name}", "trial", 0, True, "")


def _grant_of(row: asyncpg.Record) -> Grant:
    return Grant(row["owner"], row["epoch"], row["released"], row["nonce"])
