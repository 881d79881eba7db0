"""How does a process of its own tell what a walk finds, while the program's own loop and threads stay free?

The program starts it (`scan.py`) and reads its output: one frame a directory, a parent before what it holds, then one
frame that ends the tale. A tale without that end is no listing. Only the standard library is imported, so that the
process is small and begins at once; it ends with whoever reads.

A frame is its length (8 bytes) and a marshalled tuple. An entry of a directory is (name, size, mtime_ns, inode,
ctime_ns); a directory among them has size -1 and only an inode, because its times move with what it holds.
"""

import marshal
import os
import stat
import sys
import time
from collections.abc import Iterator
from io import BufferedWriter, FileIO
from struct import Struct

from services.sync.walk import Witness, seen_in

LENGTH = Struct("<Q")
LAYOUT = 2
"""marshal's plain layout: equal entries are equal bytes, in every process and release."""
BEAT_SECONDS = 5.0
"""So long a walk may be silent."""

Packed = tuple[str, int, int, int, int]
"""Name, size or -1, mtime, inode, ctime."""
IS_DIRECTORY = -1
Told = tuple[str, bool, int, int, int, bytes]
"""A directory: its path, whether all in it was seen, its entries, files and their bytes, its marshalled entries."""
Frame = Told | tuple[dict[str, str], int, list[str], list[str], list[str]] | tuple[()]
"""A directory; the end (skipped, how many, unseen, holding, leftovers); a sign of life."""


def main(root: str) -> None:
    """Walk and tell on the standard output, as long as somebody reads."""
    try:
        with BufferedWriter(FileIO(sys.stdout.fileno(), "wb", closefd=False), 1 << 16) as out:
            tell(root, out)
    except BrokenPipeError:
        os._exit(1)


def tell(root: str, out: "BufferedWriter[FileIO]") -> None:
    """All directories, then what could not be listed."""
    spoke = time.monotonic()

    def beat() -> None:
        nonlocal spoke
        if time.monotonic() - spoke > BEAT_SECONDS:
            _say(out, ())
            out.flush()
            spoke = time.monotonic()

    witness = Witness(beat)
    for directory in directories(root, witness):
        _say(out, directory)
    seen = (sorted(witness.unseen), sorted(witness.holding), witness.leftovers)
    _say(out, (witness.skipped, witness.skipped_count, *seen))


def directories(root: str, witness: Witness) -> Iterator[Told]:
    """Every directory, before what it holds, the directories in one sorted by name."""
    stack = [iter([""])]
    while stack:
        path = next(stack[-1], None)
        if path is None:
            stack.pop()
            continue
        told, inside = _directory(root, path, witness)
        stack.append(iter(inside))
        yield told


def _directory(root: str, path: str, witness: Witness) -> tuple[Told, list[str]]:
    """One directory, and the paths of those in it."""
    prefix = path + "/" if path else ""
    unseen = len(witness.unseen)
    entries: list[Packed] = []
    inside: list[str] = []
    size = 0
    for name, seen in seen_in(root, prefix, witness):
        if stat.S_ISREG(seen.st_mode):
            entries.append((name, seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_ctime_ns))
            size += seen.st_size
        else:
            entries.append((name, IS_DIRECTORY, 0, seen.st_ino, 0))
            inside.append(prefix + name)
    sound = len(witness.unseen) == unseen
    return (path, sound, len(entries), len(entries) - len(inside), size, marshal.dumps(entries, LAYOUT)), inside


def _say(out: "BufferedWriter[FileIO]", frame: Frame) -> None:
    data = marshal.dumps(frame, LAYOUT)
    out.write(LENGTH.pack(len(data)))
    out.write(data)
