"""How is the tree listed, and not walked again as long as nothing has changed?"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice

from services.sync.remotes.mega.nodes import Type, entry_of
from services.sync.remotes.mega.tree import Tree
from services.sync.remotes.remote import Entry
from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

BATCH = 500


class Listing:
    """Lists the folder `top` of a tree; remembers the last whole listing."""

    def __init__(self) -> None:
        self._tree: Tree | None = None
        self._version = 0
        self._top = ""
        self._batches: list[list[Entry]] = []

    async def of(self, tree: Tree, top: str, under: str) -> AsyncIterator[list[Entry]]:
        """All entries below `under` in walk order, a batch at a time, with turns for the event loop in between."""
        if not under and tree is self._tree and (tree.version, top) == (self._version, self._top):
            for batch in self._batches:
                yield batch
            return
        version = tree.version
        batches: list[list[Entry]] = []
        for batch in _walk(tree, top, under):
            if not under:
                batches.append(batch)
            yield batch
            await asyncio.sleep(0)
        if not under and tree.version == version:
            self._tree, self._version, self._top, self._batches = tree, version, top, batches


def _walk(tree: Tree, top: str, under: str) -> Iterator[list[Entry]]:
    start = tree.find(top, under)
    if start is None or start.type is Type.FILE:
        return
    prefix = f"{under}/" if under else ""
    walk = tree.walk(start.handle, leave_out=None if under else RESERVED)
    while batch := [entry_of(prefix + path, node) for path, node in islice(walk, BATCH)]:
        if shown := [entry for entry in batch if not _is_temporary(entry.path)]:
            yield shown


def _is_temporary(path: str) -> bool:
    return path.rpartition("/")[2].startswith(TEMPORARY_PREFIX)
