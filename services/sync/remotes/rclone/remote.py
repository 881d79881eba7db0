"""How is a place that rclone can reach a remote?

rclone is only the transport: our journal decides what has changed, so an edit of the same size is seen wherever the
backend gives an ID, a time or a hash. How a file is stored stands in store.py, who may write in claims.py.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator

from blake3 import blake3

from helix.core.trees import Kind
from services.sync.hints import Hint
from services.sync.remotes.errors import Changed, Corrupt, ItemFailed, NotEmpty, Unreachable
from services.sync.remotes.rclone.claims import Claims
from services.sync.remotes.rclone.place import MOVE_SECONDS, Place
from services.sync.remotes.rclone.pulse import pulse
from services.sync.remotes.rclone.rc import Rc
from services.sync.remotes.rclone.store import Store, absent, expected
from services.sync.remotes.remote import Entry, Features, Progress, Quota, no_progress
from services.sync.remotes.source import Source
from services.sync.remotes.symbols import to_symbols
from services.sync.reserved import RESERVED
from services.sync.walk import Witness

BATCH = 1000


class RcloneRemote:
    """`rclone:NAME:PATH`; `owner` is the same in all lives of one container, and by default nobody else's."""

    def __init__(self, name: str, path: str, socket_path: str, *, owner: str = "") -> None:
        self._setting = f"rclone:{name}:{path}"
        self._rc = Rc(socket_path)
        self._place = Place(self._rc, name, path)
        self._claims = Claims(self._place, owner or secrets.token_hex(8))
        self._store = Store(self._place, self._claims)

    @property
    def name(self) -> str:
        """The setting."""
        return self._setting

    @property
    def features(self) -> Features:
        """What the backend can do."""
        return self._place.backend.features

    async def connect(self) -> None:
        """Wait for rclone, learn the backend, make the top directory, take back what an earlier life claimed."""
        await self._place.open()
        try:
            await self._place.make_directory("", "making the top directory")
        except ItemFailed as error:
            remedy = "correct the path in HELIX_REMOTE, or mount what it should lie on"
            raise Unreachable(error.message, remedy=remedy) from error
        await self._claims.sweep()

    async def close(self) -> None:
        """Close the connections to rclone."""
        await self._rc.close()

    async def listing(self, under: str = "", witness: Witness | None = None) -> AsyncIterator[list[Entry]]:
        """One recursive listing; rclone gives it in one piece, complete or as an error."""
        found = await self._place.listing(under)
        for path in found.stale:
            await self._place.delete(path, "removing a half-written file")
        for start in range(0, len(found.entries), BATCH):
            yield found.entries[start : start + BATCH]

    async def children(self, directory: str, witness: Witness | None = None) -> list[Entry]:
        """One listing that goes no deeper."""
        return (await self._place.listing(directory, deep=False)).entries

    async def stat(self, path: str) -> Entry | None:
        """One request."""
        return await self._place.stat(path)

    async def upload(
        self,
        source: Source,
        path: str,
        *,
        expect: str | None,
        keep: str | None = None,
        progress: Progress = no_progress,
    ) -> Entry:
        """Copy the file up; see store.py."""
        return await self._store.put(source, path, expect=expect, keep=keep, progress=progress)

    async def download(self, path: str, target: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Copy the file down; rclone compares hashes where the backend has them, and MEGA's MAC."""
        entry = await expected(self._place, path, expect)
        size = 0 if entry is None else entry.size
        await self._place.fetch(path, target, size=size, progress=progress)
        await expected(self._place, path, expect)
        digest, found = await asyncio.to_thread(_digest, target)
        if found != size:
            raise Corrupt(f"{path} has {size} bytes on the remote, {found} arrived")
        return digest

    async def digest(self, path: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Fetch it into a temporary file: only so does rclone check what it read."""
        directory = await asyncio.to_thread(tempfile.mkdtemp, prefix="helix-")
        try:
            return await self.download(path, f"{directory}/content", expect=expect, progress=progress)
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)

    async def matches(self, source: Source, path: str, *, expect: str, progress: Progress = no_progress) -> bool:
        """Compare the sizes, then what is stored with what is here."""
        entry = await expected(self._place, path, expect)
        if entry is None or entry.size != source.size:
            return False
        here = await asyncio.to_thread(source.digest)
        return here == await self.digest(path, expect=expect, progress=progress)

    async def move(self, path: str, to: str, *, expect: str) -> Entry:
        """Rename on the server, never in the place of something else."""
        entry = await expected(self._place, path, expect)
        await absent(self._place, to)
        if to.startswith(RESERVED + "/"):
            # a name of our own, which nobody else makes
            moved = await self._move(path, to, entry)
        else:
            async with self._claims.held(to):
                await absent(self._place, to)
                moved = await self._move(path, to, entry)
        if moved is None:
            raise Corrupt(f"{path} was moved to {to} but is not there")
        return moved

    async def mkdir(self, path: str) -> Entry:
        """Make it with its parents."""
        found = await self._place.stat(path)
        if found is None:
            await self._place.make_directory(path, f"making {path}")
        elif found.kind is Kind.FILE:
            raise Changed(f"{path} is a file")
        return Entry(path, Kind.DIRECTORY, 0, None, "")

    async def rmdir(self, path: str) -> None:
        """Remove it after a look: not every backend refuses to remove a full one."""
        if await self._place.stat(path) is None:
            return
        inside = await self._place.listing(path, deep=False)
        if inside.entries or inside.partial:
            raise NotEmpty(f"{path} is not empty")
        await self._place.remove_directory(path, f"removing {path}")

    async def remove(self, path: str, *, expect: str) -> None:
        """Delete it for good."""
        if await self._place.stat(path) is None:
            return
        await expected(self._place, path, expect)
        await self._place.delete(path, f"removing {path}")

    async def quota(self) -> Quota:
        """What the backend says, if it says anything."""
        if not self._place.backend.about:
            return Quota(None, None)
        answer = await self._place.ask("operations/about", {"fs": self._place.fs}, "asking for the quota")
        return Quota(answer.get("used"), answer.get("total"))

    def events(self) -> AsyncIterator[Hint]:
        """Rclone tells of no change, but a pass is due when it falls silent and when it is back."""
        return pulse(self._rc)

    async def _move(self, path: str, to: str, entry: Entry | None) -> Entry | None:
        if entry is None or entry.kind is Kind.FILE:
            return await self._place.rename(path, to, f"moving {path}")
        fs = self._place.fs
        both = {"srcFs": _below(fs, to_symbols(path)), "dstFs": _below(fs, to_symbols(to))}
        options = {"createEmptySrcDirs": True, "deleteEmptySrcDirs": True, "_config": {"IgnoreExisting": True}}
        await self._place.ask("sync/move", {**both, **options}, f"moving {path}", seconds=MOVE_SECONDS)
        await self.rmdir(path)
        return await self._place.written(to)


def _below(fs: str, path: str) -> str:
    """Rclone's address of a directory in the tree."""
    return f"{fs}{path}" if fs.endswith((":", "/")) else f"{fs}/{path}"


def _digest(path: str) -> tuple[str, int]:
    hasher = blake3()
    hasher.update_mmap(path)
    return f"blake3:{hasher.hexdigest()}", os.stat(path).st_size
