"""How is the tree listed, and not walked again as long as nothing has changed?

Of several nodes of one name one is listed. If a folder that is not holds something, what is missing below the path was
not deleted, but not seen, and the witness is told so.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.nodes import Node, Type, entry_of
from services.sync.remotes.mega.tree import Tree
from services.sync.remotes.remote import Entry
from services.sync.reserved import RESERVED, TEMPORARY_PREFIX
from services.sync.walk import Witness

BATCH = 500
_HIDDEN = "stands several times at MEGA, each time with content: only the newest is seen"
_FOLDER = Type.FOLDER


class Listing:
    """Lists the folder `top` of a tree; remembers the last whole listing."""

    def __init__(self) -> None:
        self._tree: Tree | None = None
        self._version = 0
        self._top = ""
        self._batches: list[list[Entry]] = []
        self._hiding: list[str] = []

    async def ahead(self, tree: Tree, top: str) -> None:
        """List while MEGA is still asked for news; what is found holds for `of` if there are none."""
        with contextlib.suppress(Unreachable):
            await self.of(tree, top, "", Witness())

    async def of(self, tree: Tree, top: str, under: str, witness: Witness | None = None) -> list[list[Entry]]:
        """All entries below `under` in walk order, in batches, with turns for the event loop in between.

        Raises `Unreachable` if something is hidden and nobody is told.

        The caller sees to it that no events are taken over meanwhile: a file moved from an unlisted folder to a listed
        one would be in neither.
        """
        if not under and tree is self._tree and (tree.version, top) == (self._version, self._top):
            _tell(self._hiding, witness)
            return self._batches
        version = tree.version
        batches: list[list[Entry]] = []
        hiding = list(_hiding_above(tree, top, under))
        for batch in _walk(tree, top, under, hiding):
            batches.append(batch)
            await asyncio.sleep(0)
        if not under and tree.version == version:
            self._tree, self._version, self._top = tree, version, top
            self._batches, self._hiding = batches, hiding
        _tell(hiding, witness)
        return batches


def children(tree: Tree, top: str, directory: str, witness: Witness | None = None) -> list[Entry]:
    """The entries right in one directory. Raises `Unreachable` if something is hidden and nobody is told."""
    start = tree.find(top, directory)
    if start is None or start.type is Type.FILE:
        return []
    prefix = f"{directory}/" if directory else ""
    hiding = list(_hiding_above(tree, top, directory))
    nodes = _own(tree, start.handle, prefix, hiding)
    _tell(hiding, witness)
    return [entry_of(f"{prefix}{node.name}", node) for node in nodes]


def _hiding_above(tree: Tree, top: str, path: str) -> Iterator[str]:
    """The path, and the directories above it, that stand for more folders than are shown."""
    parts = path.split("/")
    _, *way = tree.way(top, path)
    for depth, node in enumerate(way, start=1):
        if node is not None and tree.hides(node):
            yield "/".join(parts[:depth])


def _tell(hiding: list[str], witness: Witness | None) -> None:
    for path in hiding:
        if witness is None:
            raise Unreachable(f"{path} {_HIDDEN}", remedy="merge the folders, or rename one, in MEGA's web client")
        witness.unreadable(path, _HIDDEN)


def _walk(tree: Tree, top: str, under: str, hiding: list[str]) -> Iterator[list[Entry]]:
    """Batches of entries; paths that stand for more than is shown are added to `hiding`."""
    start = tree.find(top, under)
    if start is None or start.type is Type.FILE:
        return
    entries = chain.from_iterable(_runs(tree, start.handle, f"{under}/" if under else "", hiding))
    while batch := list(islice(entries, BATCH)):
        yield batch


def _runs(tree: Tree, folder: str, prefix: str, hiding: list[str]) -> Iterator[list[Entry]]:
    """All below a folder, in walk order, without what belongs to Helix; files that follow each other as one list."""
    stack = [(prefix, _own(tree, folder, prefix, hiding), 0)]
    while stack:
        prefix, nodes, start = stack.pop()
        end = _run_end(nodes, start)
        yield [entry_of(f"{prefix}{node.name}", node) for node in nodes[start:end]]
        if end == len(nodes):
            continue
        node = nodes[end]
        if node.type is not _FOLDER:
            stack.append((prefix, nodes, end))
            continue
        stack.append((prefix, nodes, end + 1))
        yield [entry_of(f"{prefix}{node.name}", node)]
        prefix = f"{prefix}{node.name}/"
        stack.append((prefix, _own(tree, node.handle, prefix, hiding), 0))


def _run_end(nodes: Sequence[Node], start: int) -> int:
    """Where the next folder stands, at most a batch further on."""
    most = min(start + BATCH, len(nodes))
    return next((at for at in range(start, most) if nodes[at].type is _FOLDER), most)


def _own(tree: Tree, folder: str, prefix: str, hiding: list[str]) -> list[Node]:
    """The nodes right in a folder but Helix's own; paths that stand for more than is shown are added to `hiding`."""
    shown = tree.children(folder)
    nodes = [node for node in shown if not _is_ours(node.name or "", prefix)]
    if tree.has_twins(folder):
        hiding += [f"{prefix}{node.name}" for node in nodes if tree.hides(node)]
    return nodes


def _is_ours(name: str, prefix: str) -> bool:
    # both begin in the same way, as hardly any other name does
    return name.startswith(RESERVED) and ((name == RESERVED and not prefix) or name.startswith(TEMPORARY_PREFIX))
