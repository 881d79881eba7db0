"""How is a directory on this machine a remote?

`local:PATH`: a mounted volume, a second disk, or the embedded default. The etag is inode, size, mtime and ctime: any
write through the file system changes it. Everything blocking runs in threads, big files in pieces.
"""

import errno
import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import ParamSpec, TypeVar

from msgspec.structs import replace

from services.sync import files
from services.sync.fingerprints import etag_of, identity_of
from services.sync.hints import Hint
from services.sync.remotes.disk import copy, copy_small, entry_of, fetching, finally_, threaded
from services.sync.remotes.errors import (
    Changed,
    Gone,
    NotEmpty,
)
from services.sync.remotes.local_disk import LocalDisk
from services.sync.remotes.local_scan import begin_listing, end_listing, entry, not_there
from services.sync.remotes.remote import Entry, Features, Progress, Quota, no_progress
from services.sync.remotes.source import CHUNK_BYTES, Source
from services.sync.walk import Witness, children, walk
from services.sync.watch import changes

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 1000


class LocalRemote:
    """A directory as a remote."""

    def __init__(self, root: str) -> None:
        self._root = os.path.abspath(root)
        disk = LocalDisk(self._root)
        self._features = Features(
            keeps_mtime=True, conditional=False, cheap_digest=True, parallel=4, hints=True, disk=disk
        )

    @property
    def name(self) -> str:
        """The setting."""
        return f"local:{self._root}"

    @property
    def features(self) -> Features:
        """What a directory can do."""
        return self._features

    async def connect(self) -> None:
        """Make the directory if its parent is there. Raises `Unreachable` if not."""
        await threaded(_make_root, self._root)

    async def close(self) -> None:
        """Nothing is held open."""

    async def listing(self, under: str = "", witness: Witness | None = None) -> AsyncIterator[list[Entry]]:
        """Walk in a thread, a batch at a time; a directory below the top that can't be read is the witness's."""
        seen = Witness() if witness is None else witness
        entries = self._entries(seen, under)
        while batch := await threaded(_take, entries):
            yield batch
        await threaded(end_listing, self._root, under, seen, told=witness is not None)

    async def children(self, directory: str, witness: Witness | None = None) -> list[Entry]:
        """One directory, in a thread."""
        seen = Witness() if witness is None else witness
        found = await threaded(self._children, directory, seen)
        if witness is None or not directory:
            await threaded(end_listing, self._root, directory, seen, told=False)
        return found

    async def stat(self, path: str) -> Entry | None:
        """One look at the disk."""
        return await threaded(self._stat, path)

    async def upload(
        self,
        source: Source,
        path: str,
        *,
        expect: str | None,
        keep: str | None = None,
        progress: Progress = no_progress,
    ) -> Entry:
        """Copy to a temporary file beside the target, fsync, look once more, rename; a small file in one go."""
        if source.size <= CHUNK_BYTES:
            entry = await threaded(self._upload_small, source, path, expect, keep)
            await progress(source.size)
            return entry
        temporary = await threaded(self._prepare, path, expect)
        try:
            digest = await copy(source, temporary, progress)
            return await threaded(self._commit, temporary, path, expect, keep, digest)
        finally:
            await finally_(files.discard, temporary)

    async def download(self, path: str, target: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Copy in pieces; the source must stay what it was."""
        return await copy(await threaded(self._source, path, expect), target, progress, border=fetching)

    async def digest(self, path: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Read in pieces and hash."""
        return await copy(await threaded(self._source, path, expect), None, progress, border=fetching)

    async def matches(self, source: Source, path: str, *, expect: str, progress: Progress = no_progress) -> bool:
        """Hash both."""
        there = await self.digest(path, expect=expect, progress=progress)
        return there == await threaded(source.digest)

    async def move(self, path: str, to: str, *, expect: str) -> Entry:
        """Link and unlink a file, rename a directory."""
        return await threaded(self._move, path, to, expect)

    async def mkdir(self, path: str) -> Entry:
        """Make it and its parents."""
        return await threaded(self._mkdir, path)

    async def rmdir(self, path: str) -> None:
        """Remove it if it is empty."""
        await threaded(self._rmdir, path)

    async def remove(self, path: str, *, expect: str) -> None:
        """Unlink a file."""
        await threaded(self._remove, path, expect)

    async def quota(self) -> Quota:
        """The disk's."""
        usage = await threaded(shutil.disk_usage, self._root)
        return Quota(usage.used, usage.total)

    def events(self) -> AsyncIterator[Hint]:
        """What the operating system tells."""
        return changes(self._root)

    def _entries(self, witness: Witness, under: str) -> Iterator[Entry]:
        begin_listing(self._root)
        if not files.is_inside(self._root, under + "/x"):
            return
        for found in walk(self._root, witness, under):
            yield entry("", found)

    def _children(self, directory: str, seen: Witness) -> list[Entry]:
        begin_listing(self._root)
        if not files.is_inside(self._root, directory + "/x"):
            return []
        prefix = directory + "/" if directory else ""
        return [entry(prefix, found) for found in children(self._root, prefix, seen)]

    def _stat(self, path: str) -> Entry | None:
        if not files.is_inside(self._root, path):
            return None
        seen = files.look(files.full(self._root, path))
        if seen is None or not (stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode)):
            return None
        return entry_of(path, seen)

    def _expect(self, path: str, expect: str | None) -> None:
        """Raise unless the path is what the caller saw."""
        target = files.full(self._root, path)
        seen = files.look(target)
        if expect is None:
            if seen is not None:
                raise Changed(f"{path} appeared on the remote")
        elif seen is None:
            raise Gone(f"{path} is gone from the remote")
        elif etag_of(seen) != expect:
            raise Changed(f"{path} changed on the remote")

    def _source(self, path: str, expect: str) -> Source:
        self._expect(path, expect)
        files.check_parents(self._root, path)
        return Source.of(files.full(self._root, path))

    def _prepare(self, path: str, expect: str | None) -> str:
        if expect is not None:
            self._expect(path, expect)
        files.make_parents(self._root, path)
        self._expect(path, expect)
        return files.temporary_for(files.full(self._root, path))

    def _commit(self, temporary: str, path: str, expect: str | None, keep: str | None, digest: str) -> Entry:
        target = files.full(self._root, path)
        self._expect(path, expect)
        if expect is None:
            files.put_where_nothing_is(temporary, target)
        else:
            if keep is not None:
                files.make_parents(self._root, keep)
                files.keep_copy(target, files.full(self._root, keep))
            files.put_in_place(temporary, target, files.full(self._root, keep) if keep is not None else None)
        return replace(entry_of(path, os.lstat(target)), digest=digest)

    def _upload_small(self, source: Source, path: str, expect: str | None, keep: str | None) -> Entry:
        temporary = self._prepare(path, expect)
        try:
            return self._commit(temporary, path, expect, keep, copy_small(source, temporary))
        finally:
            files.discard(temporary)

    def _move(self, path: str, to: str, expect: str) -> Entry:
        files.check_parents(self._root, path)
        self._expect(path, expect)
        files.make_parents(self._root, to)
        self._expect(to, None)
        target = files.full(self._root, to)
        source = files.full(self._root, path)
        files.put_where_nothing_is(source, target)
        moved = os.lstat(target)
        if identity_of(etag_of(moved)) != identity_of(expect):
            # somebody replaced it between the look and the rename
            files.put_where_nothing_is(target, source)
            raise Changed(f"{path} changed on the remote")
        return entry_of(to, moved)

    def _mkdir(self, path: str) -> Entry:
        files.make_directories(self._root, path)
        seen = os.lstat(files.full(self._root, path))
        if not stat.S_ISDIR(seen.st_mode):
            raise Changed(f"{path} is a file on the remote")
        return entry_of(path, seen)

    def _rmdir(self, path: str) -> None:
        files.check_parents(self._root, path)
        target = files.full(self._root, path)
        try:
            os.rmdir(target)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                raise NotEmpty(f"{path} still holds something on the remote") from error
            raise
        files.sync_directory(os.path.dirname(target))

    def _remove(self, path: str, expect: str) -> None:
        files.check_parents(self._root, path)
        if files.look(files.full(self._root, path)) is not None:
            self._expect(path, expect)
            files.discard(files.full(self._root, path))


def _take(entries: Iterator[Entry]) -> list[Entry]:
    return list(islice(entries, BATCH))


def _make_root(root: str) -> None:
    try:
        if files.look(root) is None:
            os.mkdir(root)
    except FileNotFoundError as error:
        raise not_there(root) from error
