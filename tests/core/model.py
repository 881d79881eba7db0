"""What does a perfect executor do with an action, in a world made of two dicts and a journal?

It looks again right before each act, acts, then remembers, one action at a time. `World.tick` is called before and
after every single effect: there a test lets a call fail, kills the run, or lets a person change something.
"""

from collections.abc import Callable

from helix.core import actions as act
from helix.core.names import conflict_names
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

    def apply(self, action: act.Action) -> None:
        """Check, act, remember."""
        HANDLERS[type(action)](self, action)

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
        if not _same(self.local_state(action.path), action.local):
            raise Refused(f"{action.path} has changed here")
        if not _same(self.remote_state(action.path), action.remote):
            raise Refused(f"{action.path} has changed there")

    def overwrite(self, tree: Tree, path: str, content: str) -> None:
        """Replace a file whole, its old content goes to the trash."""
        tree.require_room(path)
        if path in tree.nodes:
            tree.discard(path)
        tree.put(path, content)


def _walk(path: str) -> str:
    return path.replace("/", "\0")


def _same(now: tuple[object, ...] | None, planned: tuple[object, ...] | None) -> bool:
    if now is None or planned is None:
        return now is planned
    return now[0] is planned[0] and (now[0] is DIRECTORY or now[1:4] == planned[1:4])


def _content(tree: Tree, path: str) -> str:
    content = tree.nodes[path][0]
    if content is None:
        raise Broken(f"a directory was read as a file: {path}")
    return content


def _upload(world: World, action: act.Upload) -> None:
    world.expect(action)
    content = _content(world.local, action.path)
    if action.have != "t:" + content:
        world.overwrite(world.remote, action.path, content)
    elif world.remote.nodes[action.path][0] != content:
        raise Broken(f"I4: the plan mistook what the remote has at {action.path}")
    world.remember(action.path)


def _download(world: World, action: act.Download | act.KeepBoth) -> None:
    world.expect(action)
    world.overwrite(world.local, action.path, _content(world.remote, action.path))
    world.remember(action.path)


def _trash_local(world: World, action: act.TrashLocal) -> None:
    world.expect(action)
    world.local.discard(action.path)
    world.tick()
    world.journal.pop(action.path, None)


def _trash_remote(world: World, action: act.TrashRemote) -> None:
    world.expect(action)
    world.remote.discard(action.path)
    world.tick()
    world.journal.pop(action.path, None)


def _make_dir(world: World, action: act.MakeDirLocal | act.MakeDirRemote) -> None:
    world.expect(action)
    (world.local if isinstance(action, act.MakeDirLocal) else world.remote).put(action.path, None)
    world.remember(action.path)


def _remove_dir(world: World, action: act.RemoveDirLocal | act.RemoveDirRemote) -> None:
    world.expect(action)
    tree = world.local if isinstance(action, act.RemoveDirLocal) else world.remote
    if tree.holds(action.path):
        raise Refused(f"{action.path} is not empty")
    tree.drop(action.path)
    world.tick()
    world.journal.pop(action.path, None)


def _move(world: World, action: act.MoveLocal | act.MoveRemote) -> None:
    world.expect(action)
    here = isinstance(action, act.MoveLocal)
    tree = world.local if here else world.remote
    arrived = world.remote_state(action.to) if here else world.local_state(action.to)
    if action.to in tree.nodes or (action.arrived and not _same(arrived, action.arrived)):
        raise Refused(f"{action.to} has changed")
    tree.rename(action.path, action.to, keeps_ident=here or world.identity)
    local, remote = world.local_state(action.to), world.remote_state(action.to)
    if action.arrived:
        world.require_equal(action.to)
    world.tick()
    inside = action.path + "/"
    for old in [path for path in world.journal if path == action.path or path.startswith(inside)]:
        row = world.journal.pop(old)
        new = action.to + old[len(action.path) :]
        if action.arrived and local and remote:
            world.journal[new] = in_sync(local, remote, row.digest) if old == action.path else row


def _adopt(world: World, action: act.Adopt) -> None:
    world.expect(action)
    world.remember(action.path)


def _forget(world: World, action: act.Forget) -> None:
    world.expect(action)
    world.journal.pop(action.path, None)


def _copy_aside(world: World, tree: Tree, path: str) -> None:
    content = _content(tree, path)
    for name in conflict_names(path, f"t:{hash_of(content)}"):
        if name not in tree.nodes:
            tree.put(name, content)
        if tree.nodes[name][0] == content:
            return
    raise Refused("all conflict names are taken")


def _keep_both(world: World, action: act.KeepBoth) -> None:
    world.expect(action)
    _copy_aside(world, world.local, action.path)
    _download(world, action)


def _step_aside(world: World, action: act.StepAside) -> None:
    world.expect(action)
    tree = world.local if action.side is act.Side.LOCAL else world.remote
    _copy_aside(world, tree, action.path)
    world.expect(action)
    tree.discard(action.path)
    world.tick()
    world.journal.pop(action.path, None)


def _compare(world: World, action: act.Compare) -> None:
    world.expect(action)
    here, there = _content(world.local, action.path), _content(world.remote, action.path)
    world.apply(act.settled(action, "t:" + here, "t:" + there))


def hash_of(content: str) -> str:
    """A stand-in for a digest in hex: the content's own letters."""
    return content.encode().hex().ljust(64, "0")


HANDLERS: dict[type, Callable[..., None]] = {
    act.Upload: _upload,
    act.Download: _download,
    act.TrashLocal: _trash_local,
    act.TrashRemote: _trash_remote,
    act.MakeDirLocal: _make_dir,
    act.MakeDirRemote: _make_dir,
    act.RemoveDirLocal: _remove_dir,
    act.RemoveDirRemote: _remove_dir,
    act.MoveLocal: _move,
    act.MoveRemote: _move,
    act.Adopt: _adopt,
    act.Forget: _forget,
    act.KeepBoth: _keep_both,
    act.StepAside: _step_aside,
    act.Compare: _compare,
}
