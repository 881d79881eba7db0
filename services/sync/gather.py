"""What are the three trees, side by side, without holding any of them in memory?

Local scan, remote listing and journal rows all come in walk order, so one pass of a merge pairs them. The merge runs
in a thread; the remote's batches are fetched through the event loop. (Where the remote is a disk too, `stamped.py`
does the same directory by directory.)

A local file whose size, mtime and inode are the journal's but whose ctime moved is a suspect: it may have been edited
in place and its mtime set back. Only reading it tells.
"""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import TypeVar

from helix.core.growth import Growth
from helix.core.plan import Amount
from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Row, Side, walk_key
from services.sync.remotes.remote import Entry
from services.sync.scan import Directory
from services.sync.walk import IS_DIRECTORY, Found

S = TypeVar("S")

LISTING_SECONDS = 900.0
"""The longest wait for one batch of a listing; a remote's own time-outs are far shorter."""

_END: tuple[str, None, int] = ("", None, 0)

Suspicion = Callable[[str, LocalState, BaseState, int], LocalState]
"""Reads a suspect: gives its state unchanged, or one with an unknown inode and the new digest."""


class Counts:
    """How much there is on each side, counted in passing."""

    def __init__(self) -> None:
        self.local_files = self.local_bytes = self.local_paths = 0
        self.remote_files = self.remote_bytes = self.remote_paths = 0

    def grow(self, grown: Growth) -> None:
        """A side has changed since it was counted."""
        if grown.side is Side.LOCAL:
            self.local_files += grown.files
            self.local_bytes += grown.size
        else:
            self.remote_files += grown.files
            self.remote_bytes += grown.size

    def amount_on(self, side: Side) -> Amount:
        """How many paths there are, and the bytes of the files among them."""
        if side is Side.LOCAL:
            return Amount(self.local_paths, self.local_bytes)
        return Amount(self.remote_paths, self.remote_bytes)

    def count_local(self, directory: Directory) -> None:
        """Add one local directory's own entries."""
        self.local_paths += directory.paths
        self.local_files += directory.files
        self.local_bytes += directory.size

    def count_remote(self, directory: Directory) -> None:
        """Add one remote directory's own entries."""
        self.remote_paths += directory.paths
        self.remote_files += directory.files
        self.remote_bytes += directory.size


def local_states(directories: Iterator[Directory], counts: Counts) -> Iterator[tuple[str, LocalState, int]]:
    """The whole scan as states in walk order: each directory, then all it holds."""
    stack = [states_in(next(directories), counts)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            continue
        yield found
        if found[1].kind is Kind.DIRECTORY:
            stack.append(states_in(next(directories), counts))
    # the tale's end is told after its last directory, and only then is it known to be whole
    for unexpected in directories:
        raise AssertionError(f"a walk told {unexpected.path} twice")


def states_in(directory: Directory, counts: Counts) -> Iterator[tuple[str, LocalState, int]]:
    """The own entries of a local directory as (path, state, ctime); a directory's ctime says nothing."""
    counts.count_local(directory)
    prefix = directory.path + "/" if directory.path else ""
    return (found_here(prefix, found) for found in directory.entries())


def found_here(prefix: str, found: Found) -> tuple[str, LocalState, int]:
    """What a walk found, as (path, state, ctime)."""
    name, size, mtime_ns, inode, ctime_ns = found
    if size == IS_DIRECTORY:
        return prefix + name, LocalState(Kind.DIRECTORY, 0, 0, inode), 0
    return prefix + name, LocalState(Kind.FILE, size, mtime_ns, inode), ctime_ns


def remote_states(
    batches: AsyncIterator[list[Entry]], loop: asyncio.AbstractEventLoop, counts: Counts
) -> Iterator[tuple[str, RemoteState, int]]:
    """The listing as states. To be iterated in a thread, never in the loop's own."""
    while (batch := asyncio.run_coroutine_threadsafe(_next(batches), loop).result(LISTING_SECONDS)) is not None:
        counts.remote_paths += len(batch)
        for entry in batch:
            if entry.kind is Kind.FILE:
                counts.remote_files += 1
                counts.remote_bytes += entry.size
        yield from entry_states(batch)


def entry_states(entries: Iterable[Entry]) -> Iterator[tuple[str, RemoteState, int]]:
    """Entries of the remote as states."""
    for entry in entries:
        yield entry.path, RemoteState(entry.kind, entry.size, entry.etag, entry.mtime_ns, entry.digest), 0


def merge(
    local: Iterator[tuple[str, LocalState, int]],
    remote: Iterator[tuple[str, RemoteState, int]],
    base: Iterator[tuple[str, BaseState, int]],
    suspicion: Suspicion,
) -> Iterator[Row]:
    """Pair the three streams by path."""
    here, there, before = next(local, _END), next(remote, _END), next(base, _END)
    while here[1] or there[1] or before[1]:
        if here[0] == there[0] == before[0]:
            state = here[1]
            if here[2] != before[2] and state and before[1] and state[:4] == before[1][:4]:
                state = suspicion(here[0], state, before[1], here[2])
            yield Row(here[0], state, there[1], before[1])
            here, there, before = next(local, _END), next(remote, _END), next(base, _END)
            continue
        path = min((head[0] for head in (here, there, before) if head[1]), key=walk_key)
        row_local = row_remote = row_base = None
        ctime_here, ctime_before = here[2], before[2]
        if here[1] and here[0] == path:
            row_local, here = here[1], next(local, _END)
        if there[1] and there[0] == path:
            row_remote, there = there[1], next(remote, _END)
        if before[1] and before[0] == path:
            row_base, before = before[1], next(base, _END)
        if row_local and row_base and ctime_here != ctime_before and row_local[:4] == row_base[:4]:
            row_local = suspicion(path, row_local, row_base, ctime_here)
        yield Row(path, row_local, row_remote, row_base)


def local_state(seen: os.stat_result | None) -> LocalState | None:
    """One file or directory as the scan would show it; None if there is nothing of ours."""
    if seen is None:
        return None
    if stat.S_ISDIR(seen.st_mode):
        return directory_state(seen)
    return file_state(seen) if stat.S_ISREG(seen.st_mode) else None


def file_state(seen: os.stat_result) -> LocalState:
    """A file as the scan would show it."""
    return LocalState(Kind.FILE, seen.st_size, seen.st_mtime_ns, seen.st_ino)


def directory_state(seen: os.stat_result) -> LocalState:
    """A directory as the scan would show it."""
    return LocalState(Kind.DIRECTORY, 0, 0, seen.st_ino)


async def _next(batches: AsyncIterator[list[Entry]]) -> list[Entry] | None:
    return await anext(batches, None)
