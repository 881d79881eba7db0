"""How is a lease kept on the remote itself, where every container that uses the remote sees it?"""

import asyncio
import tempfile

from services.sync.lease import LOST, Grant, LeaseChanged
from services.sync.remotes.errors import Changed, Gone
from services.sync.remotes.remote import Remote
from services.sync.remotes.source import Source
from services.sync.reserved import LEASE, MARKER

CONFIRM_SECONDS = 0.3
"""Where a remote can't compare and write in one step: the time after which a lost race shows."""


class RemoteFileStore:
    """`.helix/lease` on the remote. As good as the remote's `expect`: exact where `Features.conditional`."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._etag: str | None = None
        self._grant: Grant | None = None

    async def read(self) -> Grant | None:
        """Read the file if its etag is new. A remote that bears Helix's mark has had one."""
        entry = await self._remote.stat(LEASE)
        if entry is None:
            self._etag = None
            self._grant = LOST if await self._remote.stat(MARKER) else None
        elif entry.etag != self._etag:
            self._grant = await self._fetch(entry.etag)
            self._etag = entry.etag
        return self._grant

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        """Replace the file if it is what we last saw; a taken-over lease is looked at once more."""
        if over != self._grant:
            await self.read()
        if over != self._grant:
            raise LeaseChanged
        try:
            self._etag = await self._store(grant)
        except (Changed, Gone) as error:
            raise LeaseChanged from error
        self._grant = grant
        if not self._remote.features.conditional and (over is None or over.owner != grant.owner):
            await asyncio.sleep(CONFIRM_SECONDS)
            entry = await self._remote.stat(LEASE)
            if entry is None or entry.etag != self._etag:
                raise LeaseChanged

    async def _fetch(self, etag: str) -> Grant:
        with tempfile.TemporaryDirectory(prefix="helix-") as directory:
            target = f"{directory}/lease"
            try:
                await self._remote.download(LEASE, target, expect=etag)
            except (Changed, Gone) as error:
                raise LeaseChanged from error
            return Grant.decode(await asyncio.to_thread(_read, target))

    async def _store(self, grant: Grant) -> str:
        with tempfile.TemporaryDirectory(prefix="helix-") as directory:
            source = f"{directory}/lease"
            await asyncio.to_thread(_write, source, grant.encode())
            entry = await self._remote.upload(Source.of(source), LEASE, expect=self._etag)
            return entry.etag


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4096)


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
