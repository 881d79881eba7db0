"""What are the three trees in the few directories where something changed?

The same rows as in a pass over everything, read just as freshly on both sides and in the journal, but only for what is
right in these directories. A child directory that is not a directory on all three sides came, went or was replaced:
it is read whole. A named directory that does not stand on all three sides is its parent's news.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Row, is_inside, parent_of, walk_key
from services.sync import files
from services.sync.gather import entry_states, found_here, merge
from services.sync.journal.journal import Journal
from services.sync.journal.reading import BaseRow
from services.sync.remotes.remote import Entry, Remote
from services.sync.stamped import Tools
from services.sync.walk import children, walk

MANY = 20_000
"""So many paths of a side are held of directories that are read whole; a look at everything holds fewer (whole.py)."""

S = TypeVar("S", LocalState, RemoteState, BaseState)
T = TypeVar("T")
Item = tuple[str, S, int]


class TooMany(Exception):
    """More lies there than shall be held in memory."""


class Nearby:
    """Gathers what lies in some directories, on three sides."""

    def __init__(self, root: str, remote: Remote, journal: Journal, tools: Tools) -> None:
        self._root = root
        self._remote = remote
        self._journal = journal
        self._tools = tools
        self._local: dict[str, Item[LocalState]] = {}
        self._there: dict[str, Item[RemoteState]] = {}
        self._base: dict[str, BaseRow] = {}
        self._done: set[str] = set()
        self._whole: set[str] = set()
        self._room = MANY

    async def read(self, directories: Iterable[str]) -> None:
        """Look at the directories. Raises a `RemoteError`, `JournalFailed` or `TooMany`; then nothing is known."""
        waiting = set(directories)
        while waiting:
            directory = min(waiting, key=walk_key)
            waiting.remove(directory)
            if directory in self._done or any(is_inside(directory, whole) for whole in self._whole):
                continue
            there = await self._remote.children(directory, self._tools.there)
            if await self._stands(directory, there):
                self._done.add(directory)
                await self._read_children(directory, there)
            else:
                waiting.add(parent_of(directory))

    def rows(self) -> Iterator[Row]:
        """What was gathered, in walk order. Blocking, for a suspect is read."""
        return merge(_ordered(self._local), _ordered(self._there), _ordered(self._base), self._tools.suspicion)

    async def _stands(self, directory: str, there: list[Entry]) -> bool:
        """Whether it is a directory on all three sides."""
        if not directory:
            return True
        if not await asyncio.to_thread(self._stands_here, directory):
            return False
        if there:
            return True
        entry = await self._remote.stat(directory)
        return entry is not None and entry.kind is Kind.DIRECTORY

    def _stands_here(self, directory: str) -> bool:
        row = self._journal.row(directory)
        known = row is not None and row.kind is Kind.DIRECTORY
        return known and files.is_inside(self._root, directory + "/x") and os.path.isdir(f"{self._root}/{directory}")

    async def _read_children(self, directory: str, there: list[Entry]) -> None:
        here, base = await asyncio.to_thread(self._children_here, directory)
        self._take(here, there, base)
        paths = {path for path, *_ in here} | {entry.path for entry in there} | {path for path, *_ in base}
        for path in sorted(paths):
            kinds = [side[path][1].kind if path in side else None for side in (self._local, self._there, self._base)]
            if Kind.DIRECTORY in kinds and len(set(kinds)) > 1 and not self._is_nobodys(path):
                await self._read_whole(path)

    def _children_here(self, directory: str) -> tuple[list[Item[LocalState]], list[BaseRow]]:
        prefix = directory + "/" if directory else ""
        found = children(self._root, prefix, self._tools.witness)
        with self._journal.snapshot() as base:
            return [found_here(prefix, one) for one in found], list(base.rows_in(directory))

    def _is_nobodys(self, path: str) -> bool:
        """Whether a filter hides the directory, so that what is in it need not be read."""
        return path not in self._base and self._tools.ignored(path, Kind.DIRECTORY)

    async def _read_whole(self, path: str) -> None:
        self._whole.add(path)
        there: list[Entry] = []
        async for batch in self._remote.listing(path, self._tools.there):
            there += batch
            if len(there) > self._room:
                raise TooMany
        here, base = await asyncio.to_thread(self._all_here, path)
        self._room -= max(len(there), len(here), len(base))
        self._take(here, there, base)

    def _all_here(self, path: str) -> tuple[list[Item[LocalState]], list[BaseRow]]:
        with self._journal.snapshot() as base:
            here = _few(walk(self._root, self._tools.witness, path), self._room)
            return [found_here("", one) for one in here], _few(base.rows_below(path), self._room)

    def _take(self, here: list[Item[LocalState]], there: list[Entry], base: list[BaseRow]) -> None:
        self._local |= {item[0]: item for item in here}
        self._there |= {item[0]: item for item in entry_states(there)}
        self._base |= {item[0]: item for item in base}


def _few(found: Iterator[T], most: int) -> list[T]:
    """All of them. Raises `TooMany`."""
    few = list(islice(found, most + 1))
    if len(few) > most:
        raise TooMany
    return few


def _ordered(items: dict[str, Item[S]]) -> Iterator[Item[S]]:
    return iter(sorted(items.values(), key=lambda item: walk_key(item[0])))
