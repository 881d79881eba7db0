"""How is a place that rclone can reach a remote?

rclone is only the transport: our journal decides what has changed, so an edit of the same size is seen wherever the
backend gives an ID, a time or a hash.

A new file is written beside its path and moved there. An old one is replaced straight: rclone itself writes beside it
and renames (local, SFTP, FTP), or the backend shows a file only when it is whole (S3, MEGA). rclone's own move deletes
the target first, so it is never used to replace. What `keep` asks for is therefore copied first (on the server where
the backend can), then replaced.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator

from blake3 import blake3

from helix.core.trees import Kind
from services.sync.remotes.errors import Changed, Corrupt, Gone, ItemFailed, NotEmpty, RemoteError, SourceChanged
from services.sync.remotes.rclone.entries import is_partial, nanoseconds
from services.sync.remotes.rclone.place import Place
from services.sync.remotes.rclone.rc import Rc
from services.sync.remotes.remote import Entry, Features, Progress, Quota, no_events, no_progress
from services.sync.remotes.source import Source
from services.sync.remotes.symbols import to_symbols
from services.sync.reserved import TEMPORARY_PREFIX
from services.sync.walk import Witness

BATCH = 1000
STALE_NS = 3_600_000_000_000
"""A half-written file older than an hour belongs to nobody alive."""


class RcloneRemote:
    """`rclone:NAME:PATH`."""

    def __init__(self, name: str, path: str, socket_path: str) -> None:
        self._setting = f"rclone:{name}:{path}"
        self._rc = Rc(socket_path)
        self._place = Place(self._rc, name, path)

    @property
    def name(self) -> str:
        """The setting."""
        return self._setting

    @property
    def features(self) -> Features:
        """What the backend can do."""
        return self._place.backend.features

    async def connect(self) -> None:
        """Wait for rclone, learn the backend, make the top directory, sweep half-written files."""
        await self._place.open()
        await self._place.ask("operations/mkdir", {"fs": self._place.fs, "remote": ""}, "making the top directory")
        await self._sweep()

    async def close(self) -> None:
        """Close the connections to rclone."""
        await self._rc.close()

    async def listing(self, under: str = "", witness: Witness | None = None) -> AsyncIterator[list[Entry]]:
        """One recursive listing; rclone gives it in one piece, complete or as an error."""
        items = await self._place.items(under)
        entries = await asyncio.to_thread(self._place.backend.walk, items, under)
        for start in range(0, len(entries), BATCH):
            yield entries[start : start + BATCH]

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
        """Copy the file up; see the module for what happens to the old content."""
        await asyncio.to_thread(_check, source)
        old = await self._expected(path, expect)
        fs = self._place.fs
        if old is not None and keep is not None:
            await self._absent(keep)
            await self._place.copy(
                (fs, to_symbols(path)), (fs, to_symbols(keep)), f"keeping {path}", progress=no_progress, size=0
            )
        if old is None:
            await self._send_new(source, path, progress)
        else:
            await self._send(source.path, path, progress, source.size)
            await asyncio.to_thread(_check, source)
        entry = await self._present(path)
        if old is not None and entry.etag == old.etag:
            entry = await self._send_distinct(source, path)
        if entry.size != source.size:
            raise Corrupt(f"{path} has {entry.size} bytes on the remote, {source.size} here")
        return entry

    async def download(self, path: str, target: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Copy the file down; rclone compares hashes where the backend has them, and MEGA's MAC."""
        entry = await self._expected(path, expect)
        size = 0 if entry is None else entry.size
        directory, name = os.path.split(os.path.abspath(target))
        await self._place.copy(
            (self._place.fs, to_symbols(path)),
            (directory, to_symbols(name)),
            f"fetching {path}",
            progress=progress,
            size=size,
        )
        await self._expected(path, expect)
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
        entry = await self._expected(path, expect)
        if entry is None or entry.size != source.size:
            return False
        here = await asyncio.to_thread(source.digest)
        return here == await self.digest(path, expect=expect, progress=progress)

    async def move(self, path: str, to: str, *, expect: str) -> Entry:
        """Rename on the server."""
        entry = await self._expected(path, expect)
        await self._absent(to)
        fs = self._place.fs
        if entry is not None and entry.kind is Kind.DIRECTORY:
            both = {"srcFs": _below(fs, to_symbols(path)), "dstFs": _below(fs, to_symbols(to))}
            options = {"createEmptySrcDirs": True, "deleteEmptySrcDirs": True}
            await self._place.ask("sync/move", {**both, **options}, f"moving {path}", seconds=3600.0)
            await self.rmdir(path)
        else:
            both = {"srcFs": fs, "srcRemote": to_symbols(path), "dstFs": fs, "dstRemote": to_symbols(to)}
            await self._place.ask("operations/movefile", both, f"moving {path}", seconds=3600.0)
        return await self._present(to)

    async def mkdir(self, path: str) -> Entry:
        """Make it with its parents."""
        found = await self._place.stat(path)
        if found is None:
            await self._place.ask(
                "operations/mkdir", {"fs": self._place.fs, "remote": to_symbols(path)}, f"making {path}"
            )
        elif found.kind is Kind.FILE:
            raise Changed(f"{path} is a file")
        return Entry(path, Kind.DIRECTORY, 0, None, "")

    async def rmdir(self, path: str) -> None:
        """Remove it after a look: not every backend refuses to remove a full one."""
        if await self._place.stat(path) is None:
            return
        if await self._place.items(path):
            raise NotEmpty(f"{path} is not empty")
        await self._place.ask(
            "operations/rmdir", {"fs": self._place.fs, "remote": to_symbols(path)}, f"removing {path}"
        )

    async def remove(self, path: str, *, expect: str) -> None:
        """Delete it for good."""
        if await self._place.stat(path) is None:
            return
        await self._expected(path, expect)
        await self._place.ask(
            "operations/deletefile", {"fs": self._place.fs, "remote": to_symbols(path)}, f"removing {path}"
        )

    async def quota(self) -> Quota:
        """What the backend says, if it says anything."""
        if not self._place.backend.about:
            return Quota(None, None)
        answer = await self._place.ask("operations/about", {"fs": self._place.fs}, "asking for the quota")
        return Quota(answer.get("used"), answer.get("total"))

    def events(self) -> AsyncIterator[None]:
        """Rclone tells nothing."""
        return no_events()

    async def _send_new(self, source: Source, path: str, progress: Progress) -> None:
        """Beside its place first: so a source that changed meanwhile leaves nothing."""
        folder, slash, _ = path.rpartition("/")
        temporary = f"{folder}{slash}{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        fs = self._place.fs
        try:
            await self._send(source.path, temporary, progress, source.size)
            await asyncio.to_thread(_check, source)
            await self._absent(path)
        except ItemFailed:
            with contextlib.suppress(RemoteError):
                parameters = {"fs": fs, "remote": to_symbols(temporary)}
                await self._place.ask("operations/deletefile", parameters, "removing a half-written file")
            raise
        both = {"srcFs": fs, "srcRemote": to_symbols(temporary), "dstFs": fs, "dstRemote": to_symbols(path)}
        await self._place.ask("operations/movefile", both, f"storing {path}", seconds=3600.0)

    async def _send(self, local: str, path: str, progress: Progress, size: int) -> None:
        directory, name = os.path.split(os.path.abspath(local))
        await self._place.copy(
            (directory, to_symbols(name)),
            (self._place.fs, to_symbols(path)),
            f"storing {path}",
            progress=progress,
            size=size,
        )

    async def _send_distinct(self, source: Source, path: str) -> Entry:
        """The backend shows an edit of the same size and second as nothing: store it so that it can be told apart."""
        step_ns = self._place.backend.precision_ns
        directory = await asyncio.to_thread(tempfile.mkdtemp, prefix="helix-")
        try:
            copy = f"{directory}/content"
            await asyncio.to_thread(_copy_with_mtime, source, copy, source.mtime_ns + step_ns)
            if not self.features.keeps_mtime:
                await asyncio.sleep(1.1)
            await self._send(copy, path, no_progress, source.size)
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
        return await self._present(path)

    async def _expected(self, path: str, expect: str | None) -> Entry | None:
        """What is at the path, if it is what was expected."""
        found = await self._place.stat(path)
        if found is None and expect is not None:
            raise Gone(f"{path} is gone")
        if found is not None and (expect is None or found.etag != expect):
            raise Changed(f"{path} is not what it was")
        return found

    async def _absent(self, path: str) -> None:
        if await self._place.stat(path) is not None:
            raise Changed(f"{path} is already there")

    async def _present(self, path: str) -> Entry:
        entry = await self._place.stat(path)
        if entry is None:
            raise Corrupt(f"{path} was stored but is not there")
        return entry

    async def _sweep(self) -> None:
        """Remove what a killed rclone left half written."""
        stale = time.time_ns() - STALE_NS
        for item in await self._place.items(""):
            if not item["IsDir"] and is_partial(item["Path"]) and nanoseconds(item["ModTime"]) < stale:
                parameters = {"fs": self._place.fs, "remote": item["Path"]}
                await self._place.ask("operations/deletefile", parameters, "removing a half-written file")


def _below(fs: str, path: str) -> str:
    """Rclone's address of a directory in the tree."""
    return f"{fs}{path}" if fs.endswith((":", "/")) else f"{fs}/{path}"


def _check(source: Source) -> None:
    """Raise `SourceChanged` or `Gone` unless the file is what the scan saw."""
    now = Source.of(source.path)
    if now != source:
        raise SourceChanged(f"{source.path} changed while it was being read")


def _digest(path: str) -> tuple[str, int]:
    hasher = blake3()
    hasher.update_mmap(path)
    return f"blake3:{hasher.hexdigest()}", os.stat(path).st_size


def _copy_with_mtime(source: Source, to: str, mtime_ns: int) -> None:
    with source.open() as content, open(to, "xb") as file:
        for piece in content.chunks():
            file.write(piece)
        content.check()
    os.utime(to, ns=(mtime_ns, mtime_ns))
