"""How are many small files of one tree written, so that they become durable together and no path leads out of it?

An `OpenTree` holds the root open and reaches every directory from there by descriptors, never through a symlink; the
last directory stays open, because in walk order it is the next path's too. What is written and renamed becomes durable
with `flush`: by one call for all where the file system is trusted with that (flushing.py), else each by itself.
The order is the caller's: write, flush, put, flush, and only then remember. Blocking, and for one thread.
"""

import contextlib
import errno
import os
import secrets
import stat
from typing import NamedTuple

from services.sync import files, flushing
from services.sync.reserved import TEMPORARY_PREFIX

FEW = 3
"""So few files are sooner flushed one by one than with all else that waits to be written."""
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Temporary(NamedTuple):
    """A new file that has not got its name yet; `stamp` is its inode, size and mtime."""

    path: str
    stamp: tuple[int, int, int]


class OpenTree:
    """One tree on disk, held open while some files of it are handled together."""

    def __init__(self, root: str, *, count: int) -> None:
        """Open the root for `count` files. Raises OSError if it is not there."""
        self.root = root
        self._top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._device = os.fstat(self._top).st_dev
        self._together = count > FEW and flushing.is_trusted(self._top)
        self._path = ""
        self._directory = self._top
        self._shared = self._together
        """Whether the flush of the whole file system reaches the directory that is open now."""
        self._unflushed = False
        self._unnamed: set[str] = set()
        self._temporaries: set[str] = set()
        self._prefix = f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        self._written = 0

    def close(self) -> None:
        """Remove the temporary files that were not put in place, and give the descriptors back."""
        try:
            for temporary in self._temporaries:
                self._discard(temporary)
        finally:
            self._leave()
            os.close(self._top)

    def read(self, path: str, size: int) -> tuple[bytes, os.stat_result]:
        """The whole content of a small file, and its stat at that moment.

        What is not a file of that size is not read: the caller compares the stat with what it expects. Raises
        FileNotFoundError, `Outside` if a parent is a symlink or a file, and FileExistsError if somebody writes to it.
        """
        parent, _, name = path.rpartition("/")
        self._enter(parent)
        descriptor = os.open(name, _READ, dir_fd=self._directory)
        try:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode) or seen.st_size != size:
                return b"", seen
            content = os.pread(descriptor, size, 0)
            if _stamp(os.fstat(descriptor)) != _stamp(seen) or len(content) != size:
                raise _changed(path, "while it was being read")
            return content, seen
        finally:
            os.close(descriptor)

    def write(self, path: str, content: bytes, mtime_ns: int | None) -> Temporary:
        """Write a temporary file beside `path`; missing parents are made. Durable after the next `flush`.

        One that is never put in place is removed by `close`.
        """
        parent = path.rpartition("/")[0]
        self._enter(parent, make=True)
        self._written += 1
        name = f"{self._prefix}{self._written}"
        descriptor = os.open(name, _NEW_FILE, 0o666, dir_fd=self._directory)
        temporary = f"{parent}/{name}" if parent else name
        self._temporaries.add(temporary)
        try:
            written = os.write(descriptor, content)
            while written < len(content):
                written += os.write(descriptor, content[written:])
            if mtime_ns is not None:
                os.utime(descriptor, ns=(mtime_ns, mtime_ns))
            if self._shared:
                self._unflushed = True
            else:
                os.fsync(descriptor)
            return Temporary(temporary, _stamp(os.fstat(descriptor)))
        finally:
            os.close(descriptor)

    def put(self, temporary: Temporary, path: str) -> os.stat_result:
        """Rename to where nothing is; the name is durable after the next `flush`. Gives what is there then.

        Raises FileExistsError if something is there, or was put there right after.
        """
        parent, _, name = path.rpartition("/")
        self._enter(parent)
        files.move_within(self._directory, temporary.path.rpartition("/")[2], name)
        self._temporaries.discard(temporary.path)
        self._named()
        seen = self._stat(path)
        if _stamp(seen) != temporary.stamp:
            raise _changed(path, "right after it was put there")
        return seen

    def make_directory(self, path: str) -> os.stat_result:
        """Make a directory and its missing parents, durable after the next `flush`; one that is there is fine."""
        parent, _, name = path.rpartition("/")
        self._enter(parent, make=True)
        self._make(name)
        seen = self._stat(path)
        if not stat.S_ISDIR(seen.st_mode):
            raise FileExistsError(errno.EEXIST, "a file is there", path)
        return seen

    def flush(self) -> None:
        """Make all that was written, put and made so far survive a power cut."""
        if self._unflushed:
            flushing.flush(self._top)
            self._unflushed = False
        while self._unnamed:
            files.sync_directory(files.full(self.root, self._unnamed.pop()))

    def _discard(self, temporary: str) -> None:
        """Remove a temporary file, if it can be: a later scan looks for what is left."""
        parent, _, name = temporary.rpartition("/")
        with contextlib.suppress(OSError):
            self._enter(parent)
            os.unlink(name, dir_fd=self._directory)

    def _enter(self, path: str, *, make: bool = False) -> None:
        """Open a directory as the one to work in, a part of its path at a time."""
        if path == self._path:
            return
        self._leave()
        for part in path.split("/") if path else ():
            try:
                inner = self._open(part)
            except FileNotFoundError:
                if not make:
                    raise
                self._make(part)
                inner = self._open(part)
            if self._directory != self._top:
                os.close(self._directory)
            self._directory = inner
            self._path = f"{self._path}/{part}" if self._path else part
            self._shared = self._together and os.fstat(inner).st_dev == self._device

    def _leave(self) -> None:
        """Work in the root again."""
        if self._directory != self._top:
            os.close(self._directory)
        self._path, self._directory, self._shared = "", self._top, self._together

    def _open(self, name: str) -> int:
        try:
            return os.open(name, _DIRECTORY, dir_fd=self._directory)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):
                raise files.Outside(errno.ENOTDIR, "a parent is not a directory", name) from error
            raise

    def _make(self, name: str) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=self._directory)
        self._named()

    def _named(self) -> None:
        """A name was made in the open directory."""
        if self._shared:
            self._unflushed = True
        else:
            self._unnamed.add(self._path)

    def _stat(self, path: str) -> os.stat_result:
        parent, _, name = path.rpartition("/")
        self._enter(parent)
        return os.stat(name, dir_fd=self._directory, follow_symlinks=False)


def _stamp(seen: os.stat_result) -> tuple[int, int, int]:
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _changed(path: str, when: str) -> OSError:
    return FileExistsError(errno.EEXIST, f"changed {when}", path)
