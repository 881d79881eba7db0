"""Which files and directories are in a tree on disk, in walk order, without following anything?

Plain `os.scandir` on directory descriptors opened with O_NOFOLLOW: a directory that turns into a symlink half-way is
not followed. Symlinks, sockets, fifos, devices and names that are not UTF-8 are told to the `Witness` and left out.
"""

import os
import stat
import time
from collections.abc import Callable, Iterator
from itertools import islice

from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

STALE_SECONDS = 600.0
"""A temporary file untouched for so long belongs to nobody alive: a transfer touches its own at every chunk."""

MANY = 100
"""Skipped paths kept by name; beyond that only counted."""

CHUNK = 1000
"""So many entries are looked at between two signs of life."""

LISTED = frozenset({stat.S_IFREG, stat.S_IFDIR})
"""The kinds of things that are synced."""

IS_DIRECTORY = -1
Found = tuple[str, int, int, int, int]
"""Name or path, size, mtime, inode, ctime; of a directory only the inode, and `IS_DIRECTORY` for the size, because its
times move with what it holds."""


def _nobody_listens() -> None:
    """The beat of a walk that nobody waits for."""


class Witness:
    """What a walk saw and could not list. No dataclass: their module would double the walker's size."""

    __slots__ = ("beat", "holding", "leftovers", "skipped", "skipped_count", "unseen")

    def __init__(self, beat: Callable[[], None] = _nobody_listens) -> None:
        self.skipped: dict[str, str] = {}
        """Path → why it is not synced (at most `MANY`, and as many directories that could not be read)."""
        self.skipped_count = 0
        self.unseen: set[str] = set()
        """Directories that could not be read: what is missing in them was not deleted."""
        self.holding: set[str] = set()
        """Directories that hold something that is left out: they can't be removed with what they hold."""
        self.leftovers: list[str] = []
        """Temporary files of processes that died."""
        self.beat = beat
        """Called every now and then in a directory of many entries."""

    def skip(self, path: str, why: str) -> None:
        """Remember a path that is left out on purpose."""
        self._leave_out(path, why, named=len(self.skipped) < MANY)

    def unreadable(self, path: str, why: str) -> None:
        """Remember a directory whose content is unknown: a person must mend it, so it is named before others are."""
        self._leave_out(path, why, named=len(self.unseen) < MANY)
        self.unseen.add(path)

    def _leave_out(self, path: str, why: str, *, named: bool) -> None:
        self.skipped_count += 1
        self.holding.add(path.rpartition("/")[0])
        if named:
            self.skipped[path.encode("utf-8", "backslashreplace").decode()] = why


def walk(root: str, witness: Witness, under: str = "") -> Iterator[Found]:
    """Yield all below `root/under`, by path, in walk order. Blocking. An `under` that does not exist yields nothing."""
    prefix = under + "/" if under else ""
    stack = [(prefix, iter(children(root, prefix, witness)))]
    while stack:
        prefix, entries = stack[-1]
        for name, size, mtime_ns, inode, ctime_ns in entries:
            path = prefix + name
            yield path, size, mtime_ns, inode, ctime_ns
            if size == IS_DIRECTORY:
                stack.append((path + "/", iter(children(root, path + "/", witness))))
                break
        else:
            stack.pop()


def children(root: str, prefix: str, witness: Witness) -> list[Found]:
    """The own entries of the directory `root/prefix`, sorted by name; empty, and told to the witness, if unreadable."""
    found: list[Found] = []
    try:
        descriptor = os.open(f"{root}/{prefix}", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return found
    except OSError as error:
        witness.unreadable(prefix.rstrip("/"), f"the directory can't be read: {error.strerror}")
        return found
    try:
        names = _names(descriptor, prefix, witness)
        for start in range(0, len(names), CHUNK):
            found += _looked_at(names[start : start + CHUNK], descriptor, prefix, witness)
            witness.beat()
    finally:
        os.close(descriptor)
    return found


def _names(descriptor: int, prefix: str, witness: Witness) -> list[str]:
    """All names in the directory, sorted; none if it can't be read to its end."""
    names: list[str] = []
    try:
        with os.scandir(descriptor) as entries:
            while chunk := [entry.name for entry in islice(entries, CHUNK)]:
                names += chunk
                witness.beat()
    except OSError as error:
        witness.unreadable(prefix.rstrip("/"), f"the directory can't be read: {error.strerror}")
        return []
    names.sort()
    return names


def _looked_at(names: list[str], descriptor: int, prefix: str, witness: Witness) -> list[Found]:
    """Those that are ours to list; the others are told to the witness."""
    found: list[Found] = []
    for name in names:
        try:
            seen = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError:
            continue
        except OSError as error:
            witness.unreadable(prefix + name, f"can't be looked at: {error.strerror}")
            continue
        # nearly every entry is plain, and a pass over a big tree is mostly this loop
        regular = stat.S_ISREG(seen.st_mode)
        if (regular and name.isascii() and not name.startswith(".helix")) or _is_listed(name, prefix, seen, witness):
            if regular:
                found.append((name, seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_ctime_ns))
            else:
                found.append((name, IS_DIRECTORY, 0, seen.st_ino, 0))
    return found


def _is_listed(name: str, prefix: str, seen: os.stat_result, witness: Witness) -> bool:
    """Whether an entry is ours to list, whatever its name and kind; if not, the witness hears why."""
    if not _is_text(name):
        witness.skip(prefix + name, "the name is not UTF-8")
        return False
    if name.startswith(".helix") and _is_ours(name, prefix, seen, witness):
        return False
    if stat.S_IFMT(seen.st_mode) in LISTED:
        return True
    witness.skip(prefix + name, _what(seen.st_mode))
    return False


def _is_ours(name: str, prefix: str, seen: os.stat_result, witness: Witness) -> bool:
    if name.startswith(TEMPORARY_PREFIX):
        if time.time() - seen.st_ctime > STALE_SECONDS:
            witness.leftovers.append(prefix + name)
        return True
    return name == RESERVED and not prefix


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _what(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symlink"
    if stat.S_ISFIFO(mode):
        return "a fifo"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"
