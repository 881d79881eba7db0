"""Which actions must wait for which, and which may run side by side?

Inside a wave any order will do, also all at once. A wave starts when the one before has ended, well or
badly: an action whose forerunner failed finds its expectation broken and refuses.
"""

from collections.abc import Iterator, Sequence

from helix.core.actions import (
    Action,
    Adopt,
    Compare,
    Download,
    Forget,
    KeepBoth,
    MakeDirLocal,
    MakeDirRemote,
    MoveLocal,
    MoveRemote,
    RemoveDirLocal,
    RemoveDirRemote,
    Skip,
    StepAside,
    TrashLocal,
    TrashRemote,
    Upload,
)
from helix.core.trees import Side, parent_of

Place = tuple[Side, str]
_UNKNOWN = -1


def waves(actions: Sequence[Action]) -> list[list[Action]]:
    """Split a plan so that parents come before children, and children before their parent's removal."""
    makes, clears = _index(actions)
    depth = [_UNKNOWN] * len(actions)
    result: list[list[Action]] = []
    for index in range(len(actions)):
        for action, level in _levels(index, actions, makes, clears, depth):
            while len(result) <= level:
                result.append([])
            result[level].append(action)
    return result


def forerunners(action: Action, makes: dict[Place, int], clears: dict[Place, list[int]]) -> list[int]:
    """The positions of the actions that must end before this one starts."""
    found: list[int] = []
    for side, path in _fills(action):
        found += clears.get((side, path), ())
        found += [makes[side, parent_of(path)]] if (side, parent_of(path)) in makes else []
    match action:
        case RemoveDirLocal(path=path):
            found += clears.get((Side.LOCAL, path + "/"), ())
        case RemoveDirRemote(path=path):
            found += clears.get((Side.REMOTE, path + "/"), ())
        case _:
            pass
    return found


def _index(actions: Sequence[Action]) -> tuple[dict[Place, int], dict[Place, list[int]]]:
    """Where directories are made, and where paths become free (`d/` stands for "inside d")."""
    makes: dict[Place, int] = {}
    clears: dict[Place, list[int]] = {}
    for index, action in enumerate(actions):
        match action:
            case MakeDirLocal(path=path):
                makes[Side.LOCAL, path] = index
            case MakeDirRemote(path=path):
                makes[Side.REMOTE, path] = index
            case _:
                pass
        for side, path in _frees(action):
            clears.setdefault((side, path), []).append(index)
            clears.setdefault((side, parent_of(path) + "/"), []).append(index)
    return makes, clears


def _levels(
    start: int,
    actions: Sequence[Action],
    makes: dict[Place, int],
    clears: dict[Place, list[int]],
    depth: list[int],
) -> Iterator[tuple[Action, int]]:
    """The wave of an action and of all it waits for, forerunners first (a stack, since trees may be deep)."""
    stack = [start]
    while stack:
        index = stack[-1]
        before = forerunners(actions[index], makes, clears) if depth[index] == _UNKNOWN else []
        missing = [other for other in before if depth[other] == _UNKNOWN]
        if missing:
            stack += missing
            continue
        stack.pop()
        if depth[index] == _UNKNOWN:
            depth[index] = 1 + max((depth[other] for other in before), default=-1)
            yield actions[index], depth[index]


def _fills(action: Action) -> tuple[Place, ...]:
    """The places where the action puts something."""
    match action:
        case Upload(path=path) | MakeDirRemote(path=path):
            return ((Side.REMOTE, path),)
        case Download(path=path) | MakeDirLocal(path=path) | KeepBoth(path=path):
            return ((Side.LOCAL, path),)
        case Compare(path=path):
            return ((Side.LOCAL, path), (Side.REMOTE, path))
        case MoveLocal(to=path):
            return ((Side.LOCAL, path),)
        case MoveRemote(to=path):
            return ((Side.REMOTE, path),)
        case _:
            return ()


def _frees(action: Action) -> tuple[Place, ...]:
    """The places that the action empties."""
    match action:
        case TrashLocal(path=path) | RemoveDirLocal(path=path) | MoveLocal(path=path):
            return ((Side.LOCAL, path),)
        case TrashRemote(path=path) | RemoveDirRemote(path=path) | MoveRemote(path=path):
            return ((Side.REMOTE, path),)
        case StepAside(path=path, side=side):
            return ((side, path),)
        case _:
            return ()


def removes(action: Action, side: Side) -> bool:
    """Whether the action deletes something people made on `side` (for the deletion limit)."""
    match action:
        case TrashLocal() | RemoveDirLocal():
            return side is Side.LOCAL
        case TrashRemote() | RemoveDirRemote():
            return side is Side.REMOTE
        case _:
            return False


def writes_remote(action: Action) -> bool:
    """Whether the action changes the remote: a standby leaves it to the writer."""
    match action:
        case Upload() | TrashRemote() | MakeDirRemote() | RemoveDirRemote() | MoveRemote() | Compare():
            return True
        case StepAside(side=side):
            return side is Side.REMOTE
        case _:
            return False


def changes_nothing(action: Action) -> bool:
    """Whether neither side is touched."""
    return isinstance(action, Adopt | Forget | Skip)
