"""What is a world made of two dicts and a journal, and what can be seen and done in it?

`World.tick` is called before and after every single effect: there a test lets a call fail, kills the run, or lets a
person change something.
"""

from collections.abc import Callable

from helix.core import actions as act
from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Row, in_sync, parent_of

FILE, DIRECTORY = Kind.FILE, Kind.DIRECTORY
Node = tuple[str | None, int, int]
"""content (None: a directory), inode or etag number, mtime"""


class Refused(Exception):
    """The world is not what the plan took it for."""


class Failed(Exception):
    """One call went wrong."""


class Killed(Exception):
    """The whole run ended here."""


class Broken(AssertionError):
    """The engine broke a rule; the text says which."""


class Tree:
    """One side: paths to nodes, and a trash."""

    __slots__ = ("clock", "counts", "fold", "free", "next", "nodes", "reuses", "trash", "versions", "writes")

    def __init__(self, *, fold: Callable[[str], str] | None = None, reuses: bool = False, counts: bool = False) -> None:
        self.nodes: dict[str, Node] = {}
        self.trash: list[tuple[str, str]] = []
        self.fold = fold
        self.reuses = reuses
        self.counts = counts
        self.free: list[int] = []
        self.next = 1
        self.clock = 1
        self.versions: dict[str, int] = {}
        self.writes = 0

    def ident(self) -> int:
        """A number for a new node: a freed one if this file system uses them again."""
        if self.reuses and self.free:
            return self.free.pop()
        self.next += 1
        return self.next

    def put(self, path: str, content: str | None) -> None:
        """Make or replace a whole node."""
        self.require_room(path)
        self.writes += 1
        self.nodes[path] = (content, self.ident(), self.stamp(path))

    def stamp(self, path: str) -> int:
        """The mtime of a local file; of a remote one the number of its versions, small and the same on many paths."""
        self.clock += 1
        self.versions[path] = self.versions.get(path, 0) + 1
        return self.versions[path] if self.counts else self.clock

    def drop(self, path: str) -> None:
        """Take a node away, without a trace."""
        self.writes += 1
        self.free.append(self.nodes.pop(path)[1])

    def discard(self, path: str) -> None:
        """Take a file to the trash."""
        content = self.nodes[path][0]
        if content is None:
            raise Broken(f"a directory was trashed: {path}")
        self.trash.append((path, content))
        self.drop(path)

    def rename(self, path: str, to: str, *, keeps_ident: bool = True) -> None:
        """Move a node with all it holds."""
        self.require_room(to, besides=path)
        self.writes += 1
        inside = path + "/"
        for old in [name for name in self.nodes if name == path or name.startswith(inside)]:
            node = self.nodes.pop(old)
            new = to + old[len(path) :]
            self.nodes[new] = node if keeps_ident else (node[0], self.ident(), self.stamp(new))

    def require_room(self, path: str, besides: str = "") -> None:
        """Refuse what no file system can do: no parent, or another spelling in the way."""
        parent = parent_of(path)
        if parent and (parent not in self.nodes or self.nodes[parent][0] is not None):
            raise Refused(f"no directory {parent}")
        if self.fold:
            folded = self.fold(path)
            if any(other not in (path, besides) and self.fold(other) == folded for other in self.nodes):
                raise Refused(f"{path} is there in another spelling")

    def holds(self, path: str) -> bool:
        """Whether a directory has anything inside."""
        inside = path + "/"
        return any(name.startswith(inside) for name in self.nodes)


class World:
    """Two sides, a journal, and the executor."""

    def __init__(self, local: Tree, remote: Tree, *, local_digests: bool, remote_digests: bool, identity: bool) -> None:
        self.local = local
        self.remote = remote
        self.local_digests = local_digests
        self.remote_digests = remote_digests
        self.identity = identity
        self.journal: dict[str, BaseState] = {}
        self.tick: Callable[[], None] = lambda: None

    def local_state(self, path: str) -> LocalState | None:
        """What a scan would see."""
        node = self.local.nodes.get(path)
        if node is None:
            return None
        content, inode, mtime = node
        if content is None:
            return LocalState(DIRECTORY, 0, 0, inode)
        return LocalState(FILE, len(content), mtime, inode, "t:" + content if self.local_digests else None)

    def remote_state(self, path: str) -> RemoteState | None:
        """What a listing would say; an etag that is no identity is the same number on many paths."""
        node = self.remote.nodes.get(path)
        if node is None:
            return None
        content, number, version = node
        if content is None:
            return RemoteState(DIRECTORY, 0, str(number) if self.identity else "")
        etag = str(number if self.identity else version)
        return RemoteState(FILE, len(content), etag, None, "t:" + content if self.remote_digests else None)

    def rows(self) -> list[Row]:
        """The merged rows in walk order."""
        paths = sorted({*self.local.nodes, *self.remote.nodes, *self.journal}, key=_walk)
        return [Row(path, self.local_state(path), self.remote_state(path), self.journal.get(path)) for path in paths]

    def remember(self, path: str) -> None:
        """Observe both sides as they are now, let time pass, then write the row."""
        local, remote = self.local_state(path), self.remote_state(path)
        assert local
        assert remote
        self.require_equal(path)
        content = self.local.nodes[path][0]
        self.tick()
        self.journal[path] = in_sync(local, remote, None if content is None else "t:" + content)

    def require_equal(self, path: str) -> None:
        """Rule I4: the journal never says more than was seen on both sides."""
        here, there = self.local.nodes.get(path), self.remote.nodes.get(path)
        if here is None or there is None or here[0] != there[0]:
            raise Broken(f"I4: {path} is remembered as equal and is not: {here} {there}")

    def expect(self, action: act.Act) -> None:
        """Time passes, then the executor looks again."""
        self.tick()
        if not is_same(self.local_state(action.path), action.local):
            raise Refused(f"{action.path} has changed here")
        if not is_same(self.remote_state(action.path), action.remote):
            raise Refused(f"{action.path} has changed there")

    def overwrite(self, tree: Tree, path: str, content: str) -> None:
        """Replace a file whole, its old content goes to the trash."""
        tree.require_room(path)
        if path in tree.nodes:
            tree.discard(path)
        tree.put(path, content)


def _walk(path: str) -> str:
    return path.replace("/", "\0")


def is_same(now: tuple[object, ...] | None, planned: tuple[object, ...] | None) -> bool:
    if now is None or planned is None:
        return now is planned
    return now[0] is planned[0] and (now[0] is DIRECTORY or now[1:4] == planned[1:4])
