"""What does a perfect executor do with an action?

It looks again right before each act, acts, then remembers, one action at a time.
"""

from collections.abc import Callable

from helix.core import actions as act
from helix.core.names import conflict_names
from helix.core.trees import in_sync
from tests.core.model import Broken, Refused, Tree, World, is_same


def apply(world: World, action: act.Action) -> None:
    """Carry one action out, or raise what stopped it."""
    HANDLERS[type(action)](world, action)


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
    if action.to in tree.nodes or (action.arrived and not is_same(arrived, action.arrived)):
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
    apply(world, act.settled(action, "t:" + here, "t:" + there))


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
