"""What do people do to a side while nobody watches, and which contents do they give up by it?"""

from helix.core.trees import Side, parent_of
from tests.core.model import Refused, Tree, World
from tests.core.spec import Op


class People:
    """The users of both sides, and the account of what must not be lost.

    `owed[side]`: contents that stood on the side and that its own people did not take away: they must be somewhere in
    the end, if only in a trash. `given_up`: contents that somebody took away anywhere: all others must be live.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.owed: dict[Side, set[str]] = {Side.LOCAL: set(), Side.REMOTE: set()}
        self.given_up: set[str] = set()
        self._fresh: set[str] = set()

    def count(self) -> None:
        """Begin the account with what is there now."""
        for side in Side:
            nodes = self._tree(side).nodes.values()
            self.owed[side] |= {content for content, _, _ in nodes if content is not None}

    def do(self, side: Side, op: Op) -> None:
        """Carry an operation out as far as the side allows."""
        tree = self._tree(side)
        writes = tree.writes
        verb, path, extra = op
        try:
            getattr(self, f"_{verb}")(side, tree, path, extra)
        except Refused:
            return
        finally:
            tree.writes = writes

    def _tree(self, side: Side) -> Tree:
        return self.world.local if side is Side.LOCAL else self.world.remote

    def _write(self, side: Side, tree: Tree, path: str, content: str) -> None:
        self._make_way(side, tree, path, keep_file=True)
        if path in tree.nodes:
            self._lose(side, tree, path)
            inode = tree.nodes[path][1]
            tree.put(path, content)
            if side is Side.LOCAL:
                tree.nodes[path] = (content, inode, tree.nodes[path][2])
        else:
            tree.put(path, content)
        self.owed[side].add(content)

    def _delete(self, side: Side, tree: Tree, path: str, _extra: str) -> None:
        inside = path + "/"
        for name in [name for name in tree.nodes if name == path or name.startswith(inside)]:
            self._lose(side, tree, name)
            tree.drop(name)

    def _move(self, side: Side, tree: Tree, path: str, to: str) -> None:
        if path not in tree.nodes or (to + "/").startswith(path + "/") or (path + "/").startswith(to + "/"):
            return
        self._make_way(side, tree, to, keep_file=False)
        if path in tree.nodes:
            tree.rename(path, to, keeps_ident=side is Side.LOCAL or self.world.identity)

    def _mkdir(self, side: Side, tree: Tree, path: str, _extra: str) -> None:
        self._make_way(side, tree, path, keep_file=False)
        if path not in tree.nodes:
            tree.put(path, None)

    def _touch(self, _side: Side, tree: Tree, path: str, _extra: str) -> None:
        if path in tree.nodes and tree.nodes[path][0] is not None:
            tree.clock += 1
            content, ident, _ = tree.nodes[path]
            tree.nodes[path] = (content, ident, tree.clock)

    def _copy(self, side: Side, tree: Tree, path: str, to: str) -> None:
        content = tree.nodes[path][0] if path in tree.nodes else None
        if content is not None and path != to and not path.startswith(to + "/"):
            self._write(side, tree, to, content)

    def _swap(self, side: Side, tree: Tree, path: str, other: str) -> None:
        nested = (path + "/").startswith(other + "/") or (other + "/").startswith(path + "/")
        if path in tree.nodes and other in tree.nodes and not nested:
            keeps = side is Side.LOCAL or self.world.identity
            tree.rename(path, "swap", keeps_ident=keeps)
            tree.rename(other, path, keeps_ident=keeps)
            tree.rename("swap", other, keeps_ident=keeps)

    def _make_way(self, side: Side, tree: Tree, path: str, *, keep_file: bool) -> None:
        """Make parents, over files if need be, and take away what stands at the path."""
        parent = parent_of(path)
        if parent:
            self._make_way(side, tree, parent, keep_file=False) if not _is_dir(tree, parent) else None
            if not _is_dir(tree, parent):
                tree.put(parent, None)
        if path in tree.nodes and not (keep_file and not _is_dir(tree, path)):
            self._delete(side, tree, path, "")

    def _lose(self, side: Side, tree: Tree, path: str) -> None:
        content = tree.nodes[path][0]
        if content is not None:
            self.given_up.add(content)
            self.owed[side].discard(content)


def _is_dir(tree: Tree, path: str) -> bool:
    return path in tree.nodes and tree.nodes[path][0] is None
