"""How does a process of its own tell what a walk finds, while the program's own loop and threads stay free?

The program starts it (`scan.py`) and reads its output: one frame a directory, a parent before what it holds, then one
frame that ends the tale. A tale without that end is no listing. Only the standard library is imported, so that the
process is small and begins at once; it ends with whoever reads.

What the filters shut, a directory all of whose content is ignored, is told as if it were empty, and not looked into.

A frame is its length (8 bytes) and a marshalled tuple.
"""

import marshal
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from io import BufferedWriter, FileIO
from struct import Struct

from services.sync.walk import IS_DIRECTORY, Witness, children

LENGTH = Struct("<Q")
LAYOUT = 2
"""marshal's plain layout: equal entries are equal bytes, in every process and release."""
BEAT_SECONDS = 5.0
"""So long a walk may be silent."""

CLOSED = b""
"""In the place of a directory's entries: it was not looked into."""
Told = tuple[str, bool, int, int, int, bytes]
"""A directory: its path, whether all in it was seen, its entries, files and their bytes, its marshalled entries."""
Frame = Told | tuple[dict[str, str], int, list[str], list[str], list[str]] | tuple[()]
"""A directory; the end (skipped, how many, unseen, holding, leftovers); a sign of life."""


def main(root: str) -> None:
    """Walk and tell on the standard output, as long as somebody reads."""
    try:
        shut: tuple[str, ...] = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - our own parent wrote it
        with BufferedWriter(FileIO(sys.stdout.fileno(), "wb", closefd=False), 1 << 16) as out:
            tell(root, out, shut)
    except BrokenPipeError:
        os._exit(1)


def tell(root: str, out: "BufferedWriter[FileIO]", shut: Sequence[str] = ()) -> None:
    """All directories but what is inside those that are shut, then what could not be listed."""
    spoke = time.monotonic()

    def beat() -> None:
        nonlocal spoke
        if time.monotonic() - spoke > BEAT_SECONDS:
            _say(out, ())
            out.flush()
            spoke = time.monotonic()

    witness = Witness(beat)
    for directory in directories(root, witness, is_shut(shut)):
        _say(out, directory)
    seen = (sorted(witness.unseen), sorted(witness.holding), witness.leftovers)
    _say(out, (witness.skipped, witness.skipped_count, *seen))


def is_shut(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a directory is one that the filters shut (`Ignore.shut`); never the root."""
    if not patterns:
        return lambda _path: False
    import re  # noqa: PLC0415 - a walker without filters is smaller and begins sooner

    searches = [re.compile(pattern).search for pattern in patterns]
    return lambda path: bool(path) and any(search(path + "/") for search in searches)


def directories(root: str, witness: Witness, shut: Callable[[str], bool]) -> Iterator[Told]:
    """Every directory, before what it holds, the directories in one sorted by name."""
    stack = [iter([""])]
    while stack:
        path = next(stack[-1], None)
        if path is None:
            stack.pop()
            continue
        told, inside = (_closed(path), []) if shut(path) else _directory(root, path, witness)
        stack.append(iter(inside))
        yield told


def _directory(root: str, path: str, witness: Witness) -> tuple[Told, list[str]]:
    """One directory, and the paths of those in it."""
    prefix = path + "/" if path else ""
    unseen = len(witness.unseen)
    entries = children(root, prefix, witness)
    sound = len(witness.unseen) == unseen
    inside = [prefix + entry[0] for entry in entries if entry[1] == IS_DIRECTORY]
    size = sum([entry[1] for entry in entries]) - IS_DIRECTORY * len(inside)
    return (path, sound, len(entries), len(entries) - len(inside), size, marshal.dumps(entries, LAYOUT)), inside


def _closed(path: str) -> Told:
    return path, True, 0, 0, 0, CLOSED


def _say(out: "BufferedWriter[FileIO]", frame: Frame) -> None:
    data = marshal.dumps(frame, LAYOUT)
    out.write(LENGTH.pack(len(data)))
    out.write(data)
