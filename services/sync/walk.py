"""Which files and directories are in a tree on disk, in walk order, without following anything?

Plain `os.scandir` on directory descriptors opened with O_NOFOLLOW: a directory that turns into a symlink half-way is
not followed. Symlinks, sockets, fifos, devices and names that are not UTF-8 are told to the `Witness` and left out.
"""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

STALE_SECONDS = 600.0
"""A temporary file untouched for so long belongs to nobody alive: a transfer touches its own at every chunk."""

MANY = 100
"""Skipped paths kept by name; beyond that only counted."""

Found = tuple[str, os.stat_result]
_name = itemgetter(0)


@dataclass(slots=True)
class Witness:
    """What a walk saw and could not list."""

    skipped: dict[str, str] = field(default_factory=dict)
    """Path → why it is not synced (at most `MANY`)."""
    skipped_count: int = 0
    unseen: set[str] = field(default_factory=set)
    """Directories that could not be read: what is missing in them was not deleted."""
    holding: set[str] = field(default_factory=set)
    """Directories that hold something that is left out: they can't be removed with what they hold."""
    leftovers: list[str] = field(default_factory=list)
    """Temporary files of processes that died."""

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
    stack = [(prefix, _children(root, prefix, witness))]
    while stack:
        prefix, children = stack[-1]
        for name, seen in children:
            path = prefix + name
            yield path, seen
            if stat.S_ISDIR(seen.st_mode):
                stack.append((path + "/", _children(root, path + "/", witness)))
                break
        else:
            stack.pop()


def _children(root: str, prefix: str, witness: Witness) -> Iterator[Found]:
    """The directory's own entries, sorted by name."""
    try:
        descriptor = os.open(f"{root}/{prefix}", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return iter(())
    except OSError as error:
        witness.unreadable(prefix.rstrip("/"), f"the directory can't be read: {error.strerror}")
        return iter(())
    try:
        with os.scandir(descriptor) as entries:
            found = [(entry.name, seen) for entry in entries if (seen := _look(entry, prefix, witness)) is not None]
    except OSError as error:
        witness.unreadable(prefix.rstrip("/"), f"the directory can't be read: {error.strerror}")
        return iter(())
    finally:
        os.close(descriptor)
    found.sort(key=_name)
    return iter(found)


def _look(entry: os.DirEntry[str], prefix: str, witness: Witness) -> os.stat_result | None:
    """The entry's stat if it is ours to list, else None and a word to the witness."""
    name = entry.name
    try:
        seen = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        witness.unreadable(prefix + name, f"can't be looked at: {error.strerror}")
        return None
    if not name.isascii() and not _is_text(name):
        witness.skip(prefix + name, "the name is not UTF-8")
        return None
    if name.startswith(".helix") and _is_ours(name, prefix, seen, witness):
        return None
    if stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode):
        return seen
    witness.skip(prefix + name, _what(seen.st_mode))
    return None


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
