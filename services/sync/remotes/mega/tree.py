"""What does the account hold, as far as we know?

One object in memory, made from one listing (`f`), then changed by our own acts and by other clients' events, so that a
pass without changes costs one question. Only the event loop's thread changes it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, assert_never

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.events import Event, Relabelled, Removed, Stored
from services.sync.remotes.mega.nodes import Node, Type, decode, taken, with_attributes

# members of an enumeration are looked up slowly in Python 3.11, and these are needed for each node
_FILE, _FOLDER = Type.FILE, Type.FOLDER


class Tree:
    """All nodes by handle, and below each parent by name."""

    def __init__(self, sn: str) -> None:
        self.sn = sn
        self.version = 0
        """Grows with every change, so that what was made of the tree can be used again while it stays."""
        self.nodes: dict[str, Node] = {}
        self._below: dict[str, dict[str | None, Node]] = {}
        """Of several nodes of one name the last to arrive."""
        self._twins: dict[str, dict[str | None, tuple[Node, ...]]] = {}
        """Below each parent the names that several nodes bear, and these in the order in which they came."""
        self._roots: dict[Type, str] = {}
        self._announced: dict[str, int] = {}

    @classmethod
    def of(cls, listing: dict[str, Any], master_key: bytes, before: "Tree | None" = None) -> "Tree":
        """Build it from the answer of `f`, which is used up: its nodes are given back in small steps.

        Blocking: seconds for fifty thousand nodes, but for those that stand in the tree of `before` as they are now.
        """
        known = {} if before is None else before.nodes
        match listing:
            case {"sn": str(sn), "f": list(current), **more} if isinstance(older := more.get("f2", []), list):
                tree = cls(sn)
                for found in (current, older):
                    for some in taken(found):
                        tree.add(decode(some, master_key, known))
            case _:
                raise Unreachable("MEGA's listing makes no sense")
        if not tree.whole:
            # an empty account has these too: without them the listing is not whole
            raise Unreachable("MEGA's listing is not whole")
        return tree

    @property
    def whole(self) -> bool:
        """Whether it has what every account has."""
        return Type.ROOT in self._roots and Type.RUBBISH in self._roots

    def add(self, nodes: Sequence[Node]) -> None:
        """Put many nodes."""
        for node in nodes:
            self.put(node)

    @property
    def root(self) -> str:
        """The handle of the cloud drive."""
        return self._roots[Type.ROOT]

    @property
    def rubbish(self) -> str:
        """The handle of the rubbish bin."""
        return self._roots[Type.RUBBISH]

    def put(self, node: Node) -> None:
        """Add a node, or replace what is known of it."""
        known = self.nodes.get(node.handle)
        if known is not None:
            if known == node:
                return
            self._unlist(known)
        self.version += 1
        self.nodes[node.handle] = node
        names = self._below.get(node.parent)
        if names is None:
            names = self._below[node.parent] = {}
        if node.name in names:
            self._twins.setdefault(node.parent, {})[node.name] = (*self._namesakes(node), node)
        names[node.name] = node
        if node.type is not _FILE and node.type is not _FOLDER:
            self._roots[node.type] = node.handle

    def drop(self, handle: str) -> None:
        """Remove a node with all below it."""
        if handle not in self.nodes and handle not in self._below:
            return
        self.version += 1
        pending = [handle]
        while pending:
            node = self.nodes.pop(one := pending.pop(), None)
            if node is not None:
                self._unlist(node)
            pending += [child.handle for child in self._all_below(one)]
            self._below.pop(one, None)
            self._twins.pop(one, None)

    def child(self, parent: str, name: str) -> Node | None:
        """The node of this name; of several the one that is shown."""
        node = self._below.get(parent, {}).get(name)
        return node if node is None or parent not in self._twins else self._shown(self._namesakes(node))

    def children(self, parent: str) -> list[Node]:
        """The nodes of a folder by name. Raises `Unreachable` if one can't be read: it could be any of ours."""
        below = self._below.get(parent, {})
        if None in below:
            raise Unreachable(
                f"a node in the folder can't be decrypted (handle {below[None].handle})",
                remedy="look for it in MEGA's web client and remove it, or move it out of the folder",
            )
        in_order = [below[name] for name in sorted(name for name in below if name is not None)]
        if parent not in self._twins:
            return in_order
        return [self._shown(self._namesakes(node)) for node in in_order]

    def folders(self, parent: str) -> list[str]:
        """The handles of the folders right in a folder."""
        return [node.handle for node in self._all_below(parent) if node.type is _FOLDER]

    def has_twins(self, parent: str) -> bool:
        """Whether any name in a folder is that of several nodes."""
        return parent in self._twins

    def has_twin(self, node: Node) -> bool:
        """Whether another node of its folder has the same name."""
        return len(self._namesakes(node)) > 1

    def hides(self, node: Node) -> bool:
        """Whether a folder of the same name, which is not shown, holds something."""
        same = self._namesakes(node)
        return len(same) > 1 and any(
            one.type is _FOLDER and one.handle != node.handle and self.has_children(one.handle) for one in same
        )

    def has_children(self, parent: str) -> bool:
        """Whether anything is in the folder, readable or not."""
        return bool(self._below.get(parent))

    def find(self, start: str, path: str) -> Node | None:
        """The node at a path below a folder."""
        *_, node = self.way(start, path)
        return node

    def way(self, start: str, path: str) -> Iterator[Node | None]:
        """The nodes from a folder down to a path, itself included; ends with None where there is nothing."""
        node = self.nodes.get(start)
        yield node
        for name in path.split("/") if path else ():
            node = None if node is None or node.type is Type.FILE else self.child(node.handle, name)
            yield node
            if node is None:
                return

    def with_key(self, parent: str, key: bytes) -> Node | None:
        """The node of this key in a folder: keys are random, so this is how an upload finds itself again."""
        return next((node for node in self._all_below(parent) if node.key == key), None)

    def count_files(self) -> int:
        """How many files stand below the cloud drive, readable or not."""
        inside = self._inside()
        return sum([node.type is _FILE and node.parent in inside for node in list(self.nodes.values())])

    def _inside(self) -> set[str]:
        """The nodes below which anything stands that is in the cloud drive, and the drive itself."""
        found = {self.root: True}
        for parent in list(self._below):
            way, at = [], parent
            while at not in found:
                # until more is known: a ring of nodes, which MEGA should not have, is outside
                found[at] = False
                way.append(at)
                at = self.nodes[at].parent if at in self.nodes else ""
            found |= dict.fromkeys(way, found[at])
        return {handle for handle, inside in found.items() if inside}

    def apply(self, event: Event) -> None:
        """Take over what happened."""
        match event:
            case Stored(nodes, _):
                for node in nodes:
                    self._announced.setdefault(node.handle, len(self._announced))
                self.add(nodes)
            case Relabelled(handle, sealed, _):
                if handle in self.nodes:
                    self.put(with_attributes(self.nodes[handle], sealed))
            case Removed(handle, _):
                self.drop(handle)
            case _:
                assert_never(event)

    def was_first(self, node: Node) -> bool:
        """Whether MEGA announced the node before every other of its name; what was only listed was there before.

        A node that was found by a listing, after a lost answer, has no order: then any other was first.
        """
        same = self._namesakes(node)
        if node.handle not in self._announced:
            return len(same) == 1
        return min(same, key=self._rank).handle == node.handle

    def _rank(self, node: Node) -> tuple[int, int, str]:
        return self._announced.get(node.handle, -1), node.created, node.handle

    def _shown(self, same: Sequence[Node]) -> Node:
        """Of several nodes of one name the newest; but an empty folder hides no other that holds something.

        A folder may be made twice: MEGA lets two clients do it, and may carry out late what was given up.
        """
        newest = _newest(same)
        if newest.type is not _FOLDER or self.has_children(newest.handle):
            return newest
        full = [node for node in same if node.type is _FOLDER and self.has_children(node.handle)]
        return _newest(full) if full else newest

    def _namesakes(self, node: Node) -> tuple[Node, ...]:
        """The nodes of its name in its folder, itself among them if it stands there."""
        several = self._twins.get(node.parent, {}).get(node.name)
        if several is not None:
            return several
        one = self._below.get(node.parent, {}).get(node.name)
        return () if one is None else (one,)

    def _all_below(self, parent: str) -> Iterator[Node]:
        """All nodes right below another, those that are not shown among them."""
        below, twins = self._below.get(parent, {}), self._twins.get(parent, {})
        yield from (node for name, node in below.items() if name not in twins)
        for same in twins.values():
            yield from same

    def _unlist(self, node: Node) -> None:
        """Take a node out of its folder; nothing if it does not stand there."""
        left = [one for one in self._namesakes(node) if one.handle != node.handle]
        names, twins = self._below.get(node.parent, {}), self._twins.get(node.parent, {})
        if left:
            names[node.name] = left[-1]
        else:
            names.pop(node.name, None)
        if len(left) > 1:
            twins[node.name] = tuple(left)
        elif twins.pop(node.name, None) is not None and not twins:
            del self._twins[node.parent]


def _newest(nodes: Sequence[Node]) -> Node:
    # of equals `max` takes the first, so the last to arrive has to come first
    return max(reversed(nodes), key=_created)


def _created(node: Node) -> int:
    return node.created
