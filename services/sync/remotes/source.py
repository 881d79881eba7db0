"""Which local content is to be uploaded, and is it still the same?

A file can change while it is read. A `Source` says what the planner saw (size, mtime); `open` refuses anything else
and `check` is asked once more after the last byte, so that half old, half new content is never stored.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from blake3 import blake3

from services.sync.remotes.errors import Gone, RemoteError, SourceChanged, SourceUnreadable

CHUNK_BYTES = 4 << 20
_REPLACED = (errno.ELOOP, errno.ENXIO, errno.ENOTDIR)
"""What opening says of a symlink, of a socket, and where a parent is a file."""
_FORBIDDEN = (errno.EACCES, errno.EPERM)


class OpenSource:
    """A source being read. Blocking: call it in a thread."""

    def __init__(self, source: "Source", descriptor: int) -> None:
        self._source = source
        self._descriptor = descriptor

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly the bytes asked for, fewer only at the end of the file. Raises `SourceUnreadable`."""
        parts: list[bytes] = []
        try:
            while length > 0 and (part := os.pread(self._descriptor, length, offset)):
                parts.append(part)
                offset += len(part)
                length -= len(part)
        except OSError as error:
            raise _refused(self._source.path, error) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def chunks(self, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """The content in pieces; never more than the source says, for a log file grows while it is read."""
        offset = 0
        while piece := self.read_at(offset, min(size, self._source.size - offset)):
            yield piece
            offset += len(piece)

    def check(self) -> None:
        """Raise `SourceChanged` unless the file still is what the source says. To be asked after the last byte."""
        self._source.compare(os.fstat(self._descriptor))


@dataclass(frozen=True, slots=True)
class Source:
    """A local file as it was scanned."""

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str) -> "Source":
        """The file as it is now. Blocking."""
        try:
            seen = os.stat(path, follow_symlinks=False)
        except FileNotFoundError as error:
            raise Gone(f"{path} is gone") from error
        return cls(path, seen.st_size, seen.st_mtime_ns)

    @contextmanager
    def open(self) -> Iterator[OpenSource]:
        """Open for reading, never through a symlink. Blocking. Raises `Gone`, `SourceChanged`, `SourceUnreadable`."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError as error:
            raise Gone(f"{self.path} is gone") from error
        except OSError as error:
            raise _refused(self.path, error) from error
        try:
            self.compare(os.fstat(descriptor))
            yield OpenSource(self, descriptor)
        finally:
            os.close(descriptor)

    def compare(self, seen: os.stat_result) -> None:
        """Raise `SourceChanged` unless this is a regular file of this size and mtime."""
        if not stat.S_ISREG(seen.st_mode) or seen.st_size != self.size or seen.st_mtime_ns != self.mtime_ns:
            raise SourceChanged(f"{self.path} changed while it was being read")

    def confirm(self) -> None:
        """Raise unless the file is what the scan saw and can be opened: for who reads it by its path. Blocking."""
        with self.open():
            pass

    def digest(self) -> str:
        """The digest (`blake3:…`) of the whole content. Blocking."""
        hasher = blake3()
        with self.open() as content:
            for piece in content.chunks():
                hasher.update(piece)
            content.check()
        return f"blake3:{hasher.hexdigest()}"


def _refused(path: str, error: OSError) -> RemoteError:
    """Why a file can't be read: what was replaced is looked at again, anything else is told to people."""
    if error.errno in _REPLACED:
        return SourceChanged(f"{path} is no file any more: {error.strerror}")
    remedy = "let the user who runs Helix read this file" if error.errno in _FORBIDDEN else ""
    return SourceUnreadable(f"the file can't be read: {error.strerror or error}", remedy=remedy)
