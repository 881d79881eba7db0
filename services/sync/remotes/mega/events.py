"""What did other clients do, according to MEGA's events?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.sync.remotes.mega.nodes import Node, decode

SLICE = 5000
"""Nodes that are taken over in one step of the event loop, five milliseconds."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Nodes are new, or stand elsewhere than before. Those of ours are known already and only have an order."""

    nodes: tuple[Node, ...]
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A node has other attributes."""

    handle: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A node is gone, with all below it."""

    handle: str


Event = Stored | Relabelled | Removed


def read(events: Sequence[dict[str, Any]], own_tag: str, master_key: bytes) -> list[Event]:
    """What concerns the tree, in order. Blocking, some 50 µs a node. Raises `Unreachable` if it makes no sense."""
    found: list[Event] = []
    for event in events:
        ours = event.get("i") == own_tag
        match event:
            case {"a": "t", "t": {"f": list(listed)}}:
                handles = tuple(str(one.get("h")) for one in listed)
                found.append(Stored(() if ours else tuple(decode(listed, master_key)), handles))
            case {"a": "u", "n": str(handle), "at": str(sealed)} if not ours:
                found.append(Relabelled(handle, sealed))
            case {"a": "d", "n": str(handle)} if not ours:
                found.append(Removed(handle))
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
        room -= max(1, len(event.handles)) if isinstance(event, Stored) else 1
        if room <= 0:
            yield step
            step, room = [], SLICE
    yield step


def _cut(events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        match event:
            case Stored(nodes, handles) if len(nodes) > SLICE:
                for start in range(0, len(nodes), SLICE):
                    yield Stored(nodes[start : start + SLICE], handles if start == 0 else ())
            case _:
                yield event
