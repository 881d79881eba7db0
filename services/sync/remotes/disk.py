"""How do local-disk remotes touch the disk: in threads, in pieces, and with the errors and etags of a remote?"""

import asyncio
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ParamSpec, TypeVar

from blake3 import blake3

from helix.core.trees import Kind
from services.sync.fingerprints import etag_of
from services.sync.remotes.errors import (
    Changed,
    Gone,
    ItemFailed,
    NameRefused,
    OverQuota,
    Refused,
    RemoteError,
    SourceUnreadable,
    Unreachable,
)
from services.sync.remotes.remote import Entry, Progress
from services.sync.remotes.source import CHUNK_BYTES, OpenSource, Source

P = ParamSpec("P")
T = TypeVar("T")
Border = Callable[[], AbstractContextManager[None]]


def entry_of(path: str, seen: os.stat_result) -> Entry:
    """The path as a listing shows it."""
    if stat.S_ISDIR(seen.st_mode):
        return Entry(path, Kind.DIRECTORY, 0, None, "")
    return Entry(path, Kind.FILE, seen.st_size, seen.st_mtime_ns, etag_of(seen))


@contextmanager
def translated() -> Iterator[None]:
    """Turn the operating system's errors into a remote's."""
    try:
        yield
    except RemoteError:
        raise
    except OSError as error:
        raise translate(error) from error


@contextmanager
def fetching() -> Iterator[None]:
    """The same for a content that leaves the remote: to read it is the remote's side, to write it is ours."""
    try:
        yield
    except SourceUnreadable as error:
        assert isinstance(error.__cause__, OSError)
        raise translate(error.__cause__) from error
    except OSError as error:
        remedy = "free some room on the disk of the local folder or correct its permissions"
        raise Unreachable(f"what was fetched can't be written here: {error.strerror}", remedy=remedy) from error


async def copy(source: Source, target: str | None, progress: Progress, *, border: Border = translated) -> str:
    """Read the source to its end, hashing, and write it to `target` if there is one; return the digest.

    `border` turns the operating system's errors into a remote's.
    """
    running = _Copy(source, target)
    with border():
        if source.size <= CHUNK_BYTES:
            await asyncio.to_thread(running.whole)
            await progress(source.size)
            return running.digest
        with running.opened():
            while count := await asyncio.to_thread(running.piece):
                await progress(count)
            await asyncio.to_thread(running.finish)
    return running.digest


def copy_small(source: Source, target: str | None) -> str:
    """The same in one go. Blocking."""
    running = _Copy(source, target)
    running.whole()
    return running.digest


class _Copy:
    """A copy in pieces, hashed on the way. Blocking."""

    def __init__(self, source: Source, target: str | None) -> None:
        self._source = source
        self._target = target
        self._hasher = blake3()
        self._offset = 0
        self._content: OpenSource | None = None
        self._descriptor: int | None = None

    @property
    def digest(self) -> str:
        """Of what was read so far."""
        return f"blake3:{self._hasher.hexdigest()}"

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Hold both files open."""
        with self._source.open() as self._content:
            if self._target:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                self._descriptor = os.open(self._target, flags, 0o666)
            try:
                yield
            finally:
                if self._descriptor is not None:
                    os.close(self._descriptor)

    def whole(self) -> None:
        """Copy it in one go."""
        with self.opened():
            while self.piece():
                pass
            self.finish()

    def piece(self) -> int:
        """Copy the next piece; 0 at the end."""
        assert self._content is not None
        data = self._content.read_at(self._offset, min(CHUNK_BYTES, self._source.size - self._offset))
        self._hasher.update(data)
        self._offset += len(data)
        view = memoryview(data)
        while self._descriptor is not None and view:
            view = view[os.write(self._descriptor, view) :]
        return len(data)

    def finish(self) -> None:
        """Give the copy the source's mtime, make it durable, and see that the source stood still."""
        assert self._content is not None
        if self._descriptor is not None:
            os.utime(self._descriptor, ns=(self._source.mtime_ns, self._source.mtime_ns))
            os.fsync(self._descriptor)
        self._content.check()


async def threaded(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run in a thread and translate the operating system's errors: the one border of this remote."""
    with translated():
        return await asyncio.to_thread(act, *args, **kwargs)


async def finally_(act: Callable[[str], None], path: str) -> None:
    """Clean up also when the task is being cancelled."""
    await asyncio.shield(asyncio.to_thread(act, path))


def translate(error: OSError) -> RemoteError:  # noqa: PLR0911 - one line a consequence
    """The one border to the operating system's errors on the remote side."""
    what = f"{error.strerror or error} on the remote"
    match error.errno:
        case errno.ENOENT:
            return Gone(what)
        case errno.EEXIST | errno.ENOTDIR | errno.EISDIR | errno.ELOOP:
            return Changed(what)
        case errno.ENOSPC | errno.EDQUOT:
            return OverQuota(what)
        case errno.ENAMETOOLONG | errno.EINVAL | errno.EILSEQ:
            return NameRefused(what)
        case errno.EACCES | errno.EPERM:
            return ItemFailed(what, remedy="correct the permissions of this path on the remote")
        case errno.EROFS:
            return Refused(what, remedy="mount the remote directory so that it can be written to")
        case _:
            return Unreachable(what)
