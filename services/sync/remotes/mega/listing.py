"""How is the tree listed, and not walked again as long as nothing has changed?"""

import asyncio
from collections.abc import Iterator
from itertools import islice

from services.sync.remotes.mega.nodes import Type, entry_of
from services.sync.remotes.mega.tree import Tree
from services.sync.remotes.remote import Entry
from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

BATCH = 500
_FOLDER = Type.FOLDER


class Listing:
    """Lists the folder `top` of a tree; remembers the last whole listing."""

    def __init__(self) -> None:
        self._tree: Tree | None = None
        self._version = 0
        self._top = ""
        self._batches: list[list[Entry]] = []

    async def of(self, tree: Tree, top: str, under: str) -> list[list[Entry]]:
        """All entries below `under` in walk order, in batches, with turns for the event loop in between.

        The caller sees to it that no events are taken over meanwhile: a file moved from an unlisted folder to a listed
        one would be in neither.
        """
        if not under and tree is self._tree and (tree.version, top) == (self._version, self._top):
            return self._batches
        version = tree.version
        batches: list[list[Entry]] = []
        for batch in _walk(tree, top, under):
            batches.append(batch)
            await asyncio.sleep(0)
        if not under and tree.version == version:
            self._tree, self._version, self._top, self._batches = tree, version, top, batches
        return batches


def children(tree: Tree, top: str, directory: str) -> list[Entry]:
    """The entries right in one directory."""
    start = tree.find(top, directory)
    if start is None or start.type is Type.FILE:
        return []
    prefix = f"{directory}/" if directory else ""
    shown = ((f"{prefix}{node.name}", node) for node in tree.children(start.handle))
    return [entry_of(path, node) for path, node in shown if not _is_ours(path, prefix)]


def _is_ours(path: str, prefix: str) -> bool:
    return path == RESERVED or path.startswith(TEMPORARY_PREFIX, len(prefix))


def _walk(tree: Tree, top: str, under: str) -> Iterator[list[Entry]]:
    start = tree.find(top, under)
    if start is None or start.type is Type.FILE:
        return
    entries = _entries(tree, start.handle, f"{under}/" if under else "")
    while batch := list(islice(entries, BATCH)):
        yield batch


def _entries(tree: Tree, folder: str, prefix: str) -> Iterator[Entry]:
    """All below a folder, in walk order, without what belongs to Helix."""
    stack = [(prefix, iter(tree.children(folder)))]
    while stack:
        prefix, children = stack[-1]
        for node in children:
            path = f"{prefix}{node.name}"
            if _is_ours(path, prefix):
                continue
            yield entry_of(path, node)
            if node.type is _FOLDER:
                stack.append((path + "/", iter(tree.children(node.handle))))
                break
        else:
            stack.pop()
