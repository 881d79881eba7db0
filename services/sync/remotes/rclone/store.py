"""How is a file put on a backend so that no content is lost, whoever else writes there?

* **New:** the content goes to a claim (see claims.py), the claim is renamed to its path, and rclone leaves the rename
  out if it finds something there. Where two files may have one name (MEGA) a rename guards nothing, and what was
  renamed is not shown at once: there it is stored as where the server replaces.
* **Replaced by renaming** (local, SFTP, FTP, object stores): the same, in the place of what was looked at right before.
  A source that changes meanwhile leaves the path untouched.
* **Replaced by the server** (WebDAV, MEGA and all others): the path is held by an empty directory while rclone writes
  over it. rclone's own move deletes the target first, so it is never used there.

What `keep` asks for is copied first; afterwards the path must still be what it was, so the copy is of just that.
"""

import asyncio
import os
import shutil
import tempfile

from services.sync.remotes.errors import Changed, Corrupt, Gone, ItemFailed
from services.sync.remotes.rclone.claims import Claims
from services.sync.remotes.rclone.place import Place
from services.sync.remotes.rclone.small import SMALL, SmallFiles, unchanged
from services.sync.remotes.remote import Entry, Progress, no_progress
from services.sync.remotes.source import Source


class Store:
    """Writes files to one place."""

    def __init__(self, place: Place, claims: Claims) -> None:
        self._place = place
        self._claims = claims
        self._small = SmallFiles(place, claims)

    async def put(
        self, source: Source, path: str, *, expect: str | None, keep: str | None, progress: Progress
    ) -> Entry:
        """Store the source at the path if it is what is expected; the entry as it is listed from now on."""
        await asyncio.to_thread(source.confirm)
        if expect is None:
            return _whole(await self._put_new(source, path, progress), source, path)
        await expected(self._place, path, expect)
        if keep is not None:
            await absent(self._place, keep)
            await self._place.duplicate(path, keep)
        entry = _whole(await self._replace(source, path, expect, progress), source, path)
        return entry if entry.etag != expect else await self._put_distinct(source, path, expect)

    async def _put_new(self, source: Source, path: str, progress: Progress) -> Entry | None:
        place = self._place
        if not place.backend.renames:
            async with self._claims.held(path):
                await absent(place, path)
                await place.send(source.path, path, f"storing {path}", size=source.size, progress=progress, new=False)
                await self._keep_if_steady(source, path)
            return await place.written(path)
        if source.size <= SMALL:
            return await self._small.put(source, path, progress)
        async with self._claims.claim(path) as claim:
            await self._send_claim(source, claim, path, progress)
            if place.backend.bucket:
                # rclone, when it renames, looks for files only
                await absent(place, path)
            return await place.rename(claim, path, f"storing {path}")

    async def _keep_if_steady(self, source: Source, path: str) -> None:
        """Remove what was stored where nothing was, if its source changed meanwhile: it may be half old, half new."""
        try:
            await asyncio.to_thread(source.confirm)
        except ItemFailed:
            await self._place.delete(path, f"withdrawing {path}")
            raise

    async def _replace(self, source: Source, path: str, etag: str, progress: Progress) -> Entry | None:
        place = self._place
        if place.backend.replaces_by_renaming:
            async with self._claims.claim(path) as claim:
                await self._send_claim(source, claim, path, progress)
                await expected(place, path, etag)
                return await place.rename_over(claim, path, f"storing {path}")
        async with self._claims.held(path):
            await expected(place, path, etag)
            await place.send(source.path, path, f"storing {path}", size=source.size, progress=progress, new=False)
        await asyncio.to_thread(source.confirm)
        return await place.written(path)

    async def _send_claim(self, source: Source, claim: str, path: str, progress: Progress) -> None:
        """After this the content is in the claim, whole, and the path is ours alone."""
        async with unchanged(source):
            await self._place.send(source.path, claim, f"storing {path}", size=source.size, progress=progress, new=True)
        await self._claims.settle(claim, path)

    async def _put_distinct(self, source: Source, path: str, etag: str) -> Entry:
        """The backend shows an edit of the same size and second as nothing: store it so that it can be told apart."""
        backend = self._place.backend
        directory = await asyncio.to_thread(tempfile.mkdtemp, prefix="helix-")
        try:
            copy = f"{directory}/content"
            await asyncio.to_thread(_copy_with_mtime, source, copy, source.mtime_ns + backend.precision_ns)
            if not backend.features.keeps_mtime:
                await asyncio.sleep(1.1)
            entry = await self._replace(await asyncio.to_thread(Source.of, copy), path, etag, no_progress)
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
        return _whole(entry, source, path)


async def expected(place: Place, path: str, expect: str | None) -> Entry | None:
    """What is at the path, if it is what was expected."""
    found = await place.stat(path)
    if found is None and expect is not None:
        raise Gone(f"{path} is gone")
    if found is not None and (expect is None or found.etag != expect):
        raise Changed(f"{path} is not what it was")
    return found


async def absent(place: Place, path: str) -> None:
    """Raise `Changed` if something is at the path."""
    if await place.stat(path) is not None:
        raise Changed(f"{path} is already there")


def _whole(entry: Entry | None, source: Source, path: str) -> Entry:
    if entry is None:
        raise Corrupt(f"{path} was stored but is not there")
    if entry.size != source.size:
        raise Corrupt(f"{path} has {entry.size} bytes on the remote, {source.size} here")
    return entry


def _copy_with_mtime(source: Source, to: str, mtime_ns: int) -> None:
    with source.open() as content, open(to, "xb") as file:
        for piece in content.chunks():
            file.write(piece)
        content.check()
    os.utime(to, ns=(mtime_ns, mtime_ns))
