"""Is this still the folder, and still the remote, that belong together?

Both bear `.helix/marker` with the same identity, which the journal knows too. A volume that is not mounted, a folder
that was emptied or replaced, a remote that was reset or swapped has no marker or another one.
"""

import asyncio
import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass

from services.sync import files
from services.sync.journal.journal import Journal
from services.sync.remotes.errors import Changed, Gone
from services.sync.remotes.remote import Remote
from services.sync.remotes.source import Source
from services.sync.reserved import MARKER, RESERVED

FACT = "identity"
UNMARKED = "none"


@dataclass(frozen=True, slots=True)
class Marks:
    """The identities found; None where there is no marker."""

    local: str | None
    remote: str | None
    journal: str | None


class RemoteMark:
    """The mark of a remote; read again only when it has changed."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._cached: tuple[str, str] | None = None

    async def read(self) -> str | None:
        """The identity, `UNMARKED` for an empty mark, None where there is none."""
        entry = await self._remote.stat(MARKER)
        if entry is None:
            return None
        if self._cached is None or self._cached[0] != entry.etag:
            with tempfile.TemporaryDirectory(prefix="helix-") as directory:
                target = f"{directory}/marker"
                try:
                    await self._remote.download(MARKER, target, expect=entry.etag)
                except (Gone, Changed):
                    return None
                self._cached = (entry.etag, await asyncio.to_thread(_read, target) or UNMARKED)
        return self._cached[1]


class Marker:
    """Reads and sets the marks of one pair."""

    def __init__(self, root: str, remote: Remote, journal: Journal) -> None:
        self._root = root
        self._remote = remote
        self._journal = journal
        self._mark = RemoteMark(remote)

    async def read(self) -> Marks:
        """Look at all three."""
        local = await self.here()
        known = await asyncio.to_thread(self._journal.fact, FACT)
        return Marks(local, await self._mark.read(), known)

    async def here(self) -> str | None:
        """The mark of the local folder alone."""
        return await asyncio.to_thread(_read, files.full(self._root, MARKER))

    async def settle(self, marks: Marks, *, may_write_remote: bool) -> None:
        """Make all three say the same; called only when no rail tripped. The remote's word counts before ours."""
        identity = marks.remote or marks.journal or marks.local or secrets.token_hex(16)
        if marks.remote is None:
            if not may_write_remote:
                return
            identity = await self._write_remote(identity)
        if marks.local != identity:
            await asyncio.to_thread(self._write_local, identity)
        if marks.journal != identity:
            await asyncio.to_thread(self._journal.set_fact, FACT, identity)

    async def _write_remote(self, identity: str) -> str:
        """Mark the remote; if another marked it meanwhile, its mark counts."""
        with tempfile.TemporaryDirectory(prefix="helix-") as directory:
            source = f"{directory}/marker"
            await asyncio.to_thread(_write_plain, source, identity)
            with contextlib.suppress(Changed):
                await self._remote.upload(Source.of(source), MARKER, expect=None)
        return await self._mark.read() or identity

    def _write_local(self, identity: str) -> None:
        files.make_directories(self._root, RESERVED)
        files.write_whole(files.full(self._root, MARKER), identity.encode())


def _read(path: str) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(100).decode("ascii", "replace").strip() or UNMARKED


def _write_plain(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
