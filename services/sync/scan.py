"""What is in a tree on this machine, directory by directory, as a process of its own finds it?

The walker (`walker.py`) does the work on another core, so that neither the event loop nor the threads of this program
feel it. Its death, its silence or a tale without an end is an error, never a short tree.
"""

import contextlib
import marshal
import os
import select
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple, Protocol

from helix.core.ignore import Ignore
from helix.core.trees import Kind
from helix.errors import HelixError
from services.sync.apart import command_of, last_words
from services.sync.walk import Found, Witness
from services.sync.walker import CLOSED, LAYOUT, LENGTH, directories, is_shut

SILENCE_SECONDS = 120.0
"""So long a walker may say nothing; it speaks every few seconds, so the disk under it hangs."""
READ_BYTES = 1 << 18
END_SECONDS = 1.0
"""The wait for a killed walker. One that a hung disk holds is left to the operating system."""

FEW = 2000
"""With fewer paths the start of a walker would cost more than the walk."""

_BROKEN_OFF = "it was broken off"
NOTHING_IGNORED = Ignore()


class ScanFailed(HelixError):
    """The tree could not be listed to its end, so nothing is known of it."""


class Directory(NamedTuple):
    """One directory as it was found."""

    path: str
    """Relative; the root is empty."""
    sound: bool
    """All that is in it was seen."""
    paths: int
    files: int
    size: int
    """Of all its files, in bytes."""
    packed: bytes
    """Its own entries, sorted by name, as equal bytes for equal entries."""

    def entries(self) -> list[Found]:
        """Its own entries, by name."""
        if self.is_closed:
            return []
        found: list[Found] = marshal.loads(self.packed)  # noqa: S302 - our own child wrote it
        return found

    @property
    def is_closed(self) -> bool:
        """Whether it was not looked into, because the filters ignore all it holds."""
        return self.packed == CLOSED


class Scan(Protocol):
    """A tree being listed. To be iterated once, in a thread; a parent comes before what it holds."""

    def begin(self) -> None:
        """Start what works beside us, so that two trees are walked at once. May raise what iterating raises."""

    def __iter__(self) -> Iterator[Directory]:
        """All directories in walk order. Complete, or raises a `HelixError`."""

    def stop(self) -> None:
        """Break it off: whoever iterates gets an error soon. May be called at any time from any thread."""


def scan(root: str, witness: Witness, ignored: Ignore = NOTHING_IGNORED, *, apart: bool) -> Scan:
    """A scan of all but what lies in ignored directories.

    `apart`: by a process of its own, as is any tree that turns out to hold more than a little. Blocking.
    """
    return DiskScan(root, witness, ignored) if apart or holds(root, FEW) else OwnScan(root, witness, ignored)


def holds(root: str, most: int) -> bool:
    """Whether there are so many paths or more, ignored ones too; what can't be read is for the scan to tell. Blocking.

    Looks at no more than it must.
    """
    waiting, count = [root], 0
    while waiting and count < most:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in islice(entries, most):
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return count >= most


class OwnScan:
    """A walk in the thread that iterates."""

    def __init__(self, root: str, witness: Witness, ignored: Ignore) -> None:
        self._root = root
        self._witness = witness
        self._shut = is_shut(ignored.shut)
        self._stopped = threading.Event()

    def begin(self) -> None:
        """Nothing works beside us."""

    def __iter__(self) -> Iterator[Directory]:
        """Raises `ScanFailed` once it is broken off."""
        for told in directories(self._root, self._witness, self._shut):
            if self._stopped.is_set():
                raise _failed(self._root, _BROKEN_OFF)
            yield Directory(*told)

    def stop(self) -> None:
        """At the next directory."""
        self._stopped.set()


class DiskScan:
    """A walk by a process of its own; `witness` is filled when it has ended."""

    def __init__(self, root: str, witness: Witness, ignored: Ignore = NOTHING_IGNORED) -> None:
        self._root = root
        self._witness = witness
        self._ignored = ignored
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()

    def begin(self) -> None:
        """Start the walker. Raises `ScanFailed`."""
        walker = command_of("services.sync.walker", self._root)
        try:
            with tempfile.TemporaryFile() as shut:  # a pipe would hold us up while the walker does not read
                shut.write(marshal.dumps(self._ignored.shut, LAYOUT))
                shut.seek(0)
                self._process = subprocess.Popen(walker, stdin=shut, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as error:
            raise _failed(self._root, f"its walker can't be started: {error.strerror}") from error

    def __iter__(self) -> Iterator[Directory]:
        """Raises `ScanFailed`."""
        if self._process is None:
            self.begin()
        assert self._process is not None
        try:
            yield from self._tell(self._process)
        finally:
            _end(self._process)

    def stop(self) -> None:
        """Kill the walker."""
        self._stopped.set()
        if self._process is not None:
            self._process.kill()

    def _tell(self, process: subprocess.Popen[bytes]) -> Iterator[Directory]:
        assert process.stdout is not None
        for frame in self._frames(process.stdout.fileno()):
            match frame:
                case ():
                    continue
                case (skipped, count, unseen, holding, leftovers):
                    witness = self._witness
                    witness.skipped, witness.skipped_count, witness.leftovers = skipped, count, leftovers
                    witness.unseen.update(unseen)
                    witness.holding.update(holding)
                    return
                case _:
                    yield self._checked(Directory(*frame))
        if self._stopped.is_set():
            raise _failed(self._root, _BROKEN_OFF)
        raise _failed(self._root, f"its walker ended early: {last_words(process, END_SECONDS)}")

    def _checked(self, directory: Directory) -> Directory:
        """What is left out must be ignored, for what is ignored is never taken for deleted."""
        if directory.is_closed and not self._ignored(directory.path, Kind.DIRECTORY):
            raise _failed(self._root, f"its walker left out {directory.path}")
        return directory

    def _frames(self, descriptor: int) -> Iterator[tuple[Any, ...]]:
        """Every whole frame, until the output ends."""
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        data = bytearray()
        while True:
            begin = 0
            while len(data) >= begin + LENGTH.size:
                end = begin + LENGTH.size + LENGTH.unpack_from(data, begin)[0]
                if len(data) < end:
                    break
                yield marshal.loads(memoryview(data)[begin + LENGTH.size : end])  # noqa: S302 - our own child wrote it
                begin = end
            del data[:begin]
            if not poll.poll(SILENCE_SECONDS * 1000):
                raise _failed(self._root, f"the disk has not answered for {SILENCE_SECONDS:.0f} s")
            piece = os.read(descriptor, READ_BYTES)
            if self._stopped.is_set() or not piece:
                return
            data += piece


def _failed(root: str, why: str) -> ScanFailed:
    return ScanFailed(
        f"{root} can't be listed: {why}",
        remedy="look at the disk or the mount that holds it; nothing is done meanwhile",
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of it and close its pipes."""
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
