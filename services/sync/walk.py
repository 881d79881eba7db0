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

Found = tuple[str, os.stat_result]


def _nobody_listens() -> None:
    """The beat of a walk that nobody waits for."""


class Witness:
    """What a walk saw and could not list. No dataclass: their module would double the walker's size."""

    __slots__ = ("beat", "holding", "leftovers", "skipped", "skipped_count", "unseen")

    def __init__(self, beat: Callable[[], None] = _nobody_listens) -> None:
        self.skipped: dict[str, str] = {}
        """Path → why it is not synced (at most `MANY`)."""
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
        self.skipped_count += 1
        self.holding.add(path.rpartition("/")[0])
        if len(self.skipped) < MANY:
            self.skipped[path.encode("utf-8", "backslashreplace").decode()] = why

    def unreadable(self, path: str, why: str) -> None:
        """Remember a directory whose content is unknown."""
        self.unseen.add(path)
        self.skip(path, why)


def walk(root: str, witness: Witness, under: str = "") -> Iterator[Found]:
    """Yield (path, stat) below `root/under` in walk order. Blocking. An `under` that does not exist yields nothing."""
    prefix = under + "/" if under else ""
    stack = [(prefix, iter(children(root, prefix, witness)))]
    while stack:
        prefix, entries = stack[-1]
        for name, seen in entries:
            path = prefix + name
            yield path, seen
            if stat.S_ISDIR(seen.st_mode):
                stack.append((path + "/", iter(children(root, path + "/", witness))))
                break
        else:
            stack.pop()


def children(root: str, prefix: str, witness: Witness) -> list[Found]:
    """The own entries of the directory `root/prefix`, sorted by name; empty, and told to the witness, if unreadable."""
    return list(seen_in(root, prefix, witness))


def seen_in(root: str, prefix: str, witness: Witness) -> Iterator[Found]:
    """As `children`, one by one: whoever keeps only some numbers of each holds no more, and is faster for it."""
    try:
        descriptor = os.open(f"{root}/{prefix}", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        witness.unreadable(prefix.rstrip("/"), f"the directory can't be read: {error.strerror}")
        return
    try:
        names = _names(descriptor, prefix, witness)
        for start in range(0, len(names), CHUNK):
            yield from _looked_at(names[start : start + CHUNK], descriptor, prefix, witness)
            witness.beat()
    finally:
        os.close(descriptor)


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


def _looked_at(names: list[str], descriptor: int, prefix: str, witness: Witness) -> Iterator[Found]:
    """Those that are ours to list, each with its stat; the others are told to the witness."""
    for name in names:
        try:
            seen = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError:
            continue
        except OSError as error:
            witness.unreadable(prefix + name, f"can't be looked at: {error.strerror}")
            continue
        # nearly every entry is plain, and a pass over a big tree is mostly this loop
        plain = stat.S_ISREG(seen.st_mode) and name.isascii() and not name.startswith(".helix")
        if plain or _is_listed(name, prefix, seen, witness):
            yield name, seen


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
