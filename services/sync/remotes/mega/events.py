"""What has happened to the account, according to MEGA's events?

Our own changes come back as events, too. They are taken over like all others, though the tree mostly knows them: so it
ends where MEGA's order of events ends, and nothing hangs on the moment at which an answer came in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.sync.remotes.mega.nodes import Node, decode

SLICE = 2000
"""Nodes that are taken over in one step of the event loop, some milliseconds."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Nodes are new, or stand elsewhere than before."""

    nodes: tuple[Node, ...]
    ours: bool


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A node has other attributes."""

    handle: str
    sealed: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """A node is gone, with all below it."""

    handle: str
    ours: bool


Event = Stored | Relabelled | Removed


def read(events: Sequence[dict[str, Any]], own_tag: str, master_key: bytes) -> list[Event]:
    """What concerns the tree, in order. Blocking, some 50 µs a node. Raises `Unreachable` if it makes no sense."""
    found: list[Event] = []
    for event in events:
        ours = event.get("i") == own_tag
        match event:
            case {"a": "t", "t": {"f": list(listed)}}:
                found.append(Stored(tuple(decode(listed, master_key)), ours))
            case {"a": "u", "n": str(handle), "at": str(sealed)}:
                found.append(Relabelled(handle, sealed, ours))
            case {"a": "d", "n": str(handle), **more} if not (ours and more.get("m")):
                # the first half of a move of ours is left out: what we know below the node stays known
                found.append(Removed(handle, ours))
            case _:
                # shares, contacts, payments: nothing of the tree
                continue
    return found


def in_steps(events: Iterable[Event]) -> Iterator[list[Event]]:
    """The events in portions of about `SLICE` nodes, a large event cut in several."""
    step: list[Event] = []
    room = SLICE
    for event in _cut(events):
        step.append(event)
        room -= max(1, len(event.nodes)) if isinstance(event, Stored) else 1
        if room <= 0:
            yield step
            step, room = [], SLICE
    yield step


def _cut(events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        match event:
            case Stored(nodes, ours) if len(nodes) > SLICE:
                for start in range(0, len(nodes), SLICE):
                    yield Stored(nodes[start : start + SLICE], ours)
            case _:
                yield event
