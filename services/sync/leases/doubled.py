"""How does a database keep two writers apart, and who keeps out a Helix that does not know the database?

Two lines (docs/decisions/0009-two-lines.md): the database, where compare and write are exact, and the file on the
remote, which every Helix that uses the remote looks at. Only who has both may write, so containers with another
DATABASE_URL, or none, exclude each other as they always did.

A claim or a renewal asks the database, writes the file, and writes the database last. Whoever can't do one of them
leaves the database as it is: there its claim stands still, and the next container takes over in its time.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from helix.errors import HelixError
from services.sync.holder import is_past
from services.sync.lease import LOST, Grant, LeaseChanged, LeaseStore
from services.sync.leases.remote_file import RemoteFileStore

log = logging.getLogger(__name__)


class DoubledStore:
    """The two lines of one remote, for the container `owner`."""

    def __init__(
        self, rows: Callable[[str], LeaseStore], name: Callable[[], Awaitable[str]], file: RemoteFileStore, owner: str
    ) -> None:
        self._rows = rows
        self._name = name
        self._file = file
        self._owner = owner
        self._line: LeaseStore | None = None
        self._named = ""
        self._row: Grant | None = None
        self._there: Grant | None = None
        self._seen: Grant | None = None
        self._sent: Grant | None = None
        """What was sent to the database last; its answer may have been lost."""

    async def read(self) -> Grant | None:
        """What stands in the way of a claim; a free grant if nothing does, None if nobody ever claimed."""
        self._named = await self._name()
        self._line = self._rows(self._named)
        self._row = await self._line.read()
        self._there = await self._file.read()
        self._seen = sum_up(self._row, self._there, self._owner)
        return self._seen

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        """Write both lines over what was last seen there; `over` is what `read` made of that, or our own grant."""
        if over != self._seen:
            raise LeaseChanged
        line = await self._line_now()
        found = await line.read()
        if found is not None and found == self._sent:
            self._row = found
        if found != self._row:
            raise LeaseChanged
        if grant.released:
            # the database first: it is what others wait for, and the remote may be out of reach
            await self._write_row(line, grant)
            await self._write_file(grant)
        else:
            await self._write_file(grant)
            await self._write_row(line, grant)
        self._seen = grant

    async def _line_now(self) -> LeaseStore:
        """The row of the remote; after a claim on a new remote it moves, once the remote has its identity."""
        name = await self._name()
        if self._line is not None and name == self._named:
            return self._line
        before, row = self._line, self._row
        self._named = name
        self._line = self._rows(name)
        self._row = await self._line.read() if before else None
        if _blocks(self._row, self._owner):
            raise LeaseChanged
        if before is not None and row is not None:
            await before.write(_released(row), over=row)
        return self._line

    async def _write_row(self, line: LeaseStore, grant: Grant) -> None:
        self._sent = grant
        try:
            await line.write(grant, over=self._row)
        except LeaseChanged:
            await self._give_back(grant)
            raise
        self._row = grant

    async def _write_file(self, grant: Grant) -> None:
        try:
            await self._file.write(grant, over=self._there)
        except LeaseChanged:
            self._there = await self._file.read()
            if _blocks(self._there, self._owner):
                raise
            await self._file.write(grant, over=self._there)
        self._there = grant

    async def _give_back(self, grant: Grant) -> None:
        """Somebody was faster in the database: our file must not stand in their way until it expires."""
        if grant.released:
            return
        try:
            await self._write_file(_released(grant))
        except (LeaseChanged, HelixError) as error:
            log.info("lease_not_released", extra={"cause": str(error)})


def sum_up(row: Grant | None, there: Grant | None, owner: str) -> Grant | None:
    """Make one grant of the two lines, as `owner` must see it: held as long as a line is held by somebody else.

    Its epoch is the higher one, so that the next claim is above both. Its nonce changes when either holder renews.
    What is our own, or an earlier life's, is given as it stands in the file, which is written first.
    """
    lines = [line for line in (row, there) if line is not None]
    if not lines:
        return None
    epoch = max(line.epoch for line in lines)
    blocking = [line for line in lines if _blocks(line, owner)]
    if not blocking and there == LOST:
        return replace(LOST, epoch=epoch)
    if not blocking:
        ours = [line for line in lines if not line.released]
        return replace(ours[-1], epoch=epoch) if ours else Grant(owner, epoch, True, "")
    return Grant(blocking[0].owner, epoch, False, "/".join(line.nonce for line in blocking))


def _released(grant: Grant) -> Grant:
    return replace(grant, released=True)


def _blocks(line: Grant | None, owner: str) -> bool:
    """Whether somebody else holds the line; what was deleted is no line of anybody."""
    if line is None or line.released or line == LOST:
        return False
    return line.owner != owner and not is_past(line.owner, owner)
