"""How many files and bytes more, or less, is there on a side once an action is done?"""

from typing import NamedTuple

from helix.core.actions import Action, Download, KeepBoth, Skip, TrashLocal, TrashRemote, Upload
from helix.core.trees import Kind, LocalState, RemoteState, Side


class Growth(NamedTuple):
    """The change of one side."""

    side: Side
    files: int
    size: int
    """bytes"""


def growth(action: Action) -> Growth | None:
    """The change, None if there is none, or only one that the next round will see (a comparison's)."""
    match action:
        case Upload(local=LocalState(size=size), remote=there):
            return Growth(Side.REMOTE, *_instead(size, there))
        case Download(local=here, remote=RemoteState(size=size)):
            return Growth(Side.LOCAL, *_instead(size, here))
        case KeepBoth(remote=RemoteState(size=size)):
            return Growth(Side.LOCAL, 1, size)
        case TrashLocal(local=LocalState(size=size)):
            return Growth(Side.LOCAL, -1, -size)
        case TrashRemote(remote=RemoteState(size=size)):
            return Growth(Side.REMOTE, -1, -size)
        case _:
            return None


def left_out(waiting: Skip) -> Growth:
    """The change that makes a count of this side one without a write, or a deletion, that still waits.

    The remote has what was in sync. Once the path is taken, both sides change by the same.
    """
    here, there = _amount(waiting.local), _amount(waiting.remote)
    return Growth(Side.LOCAL, there[0] - here[0], there[1] - here[1])


def _amount(state: LocalState | RemoteState | None) -> tuple[int, int]:
    """Files and bytes."""
    return (1, state.size) if state is not None and state.kind is Kind.FILE else (0, 0)


def _instead(size: int, old: LocalState | RemoteState | None) -> tuple[int, int]:
    """A file of this size in the place of what was there."""
    return (0, size - old.size) if old is not None and old.kind is Kind.FILE else (1, size)
