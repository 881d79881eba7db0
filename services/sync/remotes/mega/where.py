"""Which directories of our folder does an event of MEGA concern?

The directories that hold what came, went or changed. A directory that stands at another path now is named itself, with
all below it: something else may have stood at that path a moment ago. What can't be said for certain is `EVERYWHERE`.
"""

from collections.abc import Iterable

from services.sync.hints import EVERYWHERE, NOWHERE, Hint, directories
from services.sync.remotes.mega.events import Event, Stored
from services.sync.remotes.mega.nodes import Node, Type
from services.sync.remotes.mega.tree import Tree

MOST = 16
"""Each directory that is looked at costs a question to MEGA; a look at everything is quicker than more of them."""
DEEPEST = 1000
_FILE, _FOLDER = Type.FILE, Type.FOLDER


def apply(tree: Tree, event: Event, top: str) -> Hint:
    """Take the event over; where in the folder `top` has another client changed something?"""
    if event.ours:
        tree.apply(event)
        return NOWHERE
    handles = [node.handle for node in event.nodes] if isinstance(event, Stored) else [event.handle]
    before = _around(tree, handles, top)
    tree.apply(event)
    after = _around(tree, handles, top)
    moved = (node for node in _known(tree, handles) if node.type is _FOLDER)
    return few(before.joined(after).joined(_of_all(tree, {one for node in moved for one in _below(tree, node)}, top)))


def few(hint: Hint) -> Hint:
    """The hint, or `EVERYWHERE` if it names too many directories."""
    return hint if hint.directories is not None and len(hint.directories) <= MOST else EVERYWHERE


def _around(tree: Tree, handles: Iterable[str], top: str) -> Hint:
    """The directories in which nodes stand now."""
    if top not in tree.nodes:
        return EVERYWHERE
    nodes, line = _known(tree, handles), _line(tree, top)
    if any(node.handle in line or (node.type is _FOLDER and tree.has_twin(node)) for node in nodes):
        return EVERYWHERE
    return _of_all(tree, {node.parent for node in nodes}, top)


def _known(tree: Tree, handles: Iterable[str]) -> list[Node]:
    return [tree.nodes[handle] for handle in handles if handle in tree.nodes]


def _below(tree: Tree, folder: Node) -> list[str]:
    """A folder and the folders in it; more than are of use are not looked for."""
    found = [folder.handle]
    for handle in found:
        if len(found) > MOST:
            break
        found += tree.folders(handle)
    return found


def _line(tree: Tree, top: str) -> set[str]:
    """The folder and what it stands in: where one of these goes, everything goes."""
    found: set[str] = set()
    while top in tree.nodes and top not in found:
        found.add(top)
        top = tree.nodes[top].parent
    return found


def _of_all(tree: Tree, folders: set[str], top: str) -> Hint:
    found: set[str] = set()
    for folder in folders:
        hint = _path(tree, folder, top)
        if hint.directories is None or len(found) > MOST:
            return EVERYWHERE
        found |= hint.directories
    return directories(found)


def _path(tree: Tree, folder: str, top: str) -> Hint:
    """The folder's path from `top`; nowhere if it stands elsewhere in the account."""
    names: list[str] = []
    for _ in range(DEEPEST):
        if folder == top:
            return directories({"/".join(reversed(names))})
        node = tree.nodes.get(folder)
        if node is None or node.name is None or (node.type is _FOLDER and tree.has_twin(node)):
            return EVERYWHERE
        if node.type is _FOLDER:
            names.append(node.name)
        elif node.type is not _FILE:
            return NOWHERE
        # a file below a file is an old version
        folder = node.parent
    return EVERYWHERE
