"""What does the account hold, as far as we know?

One object in memory, made from one listing (`f`), then changed by our own acts and by other clients' events, so that a
pass without changes costs one question. Only the event loop's thread changes it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.nodes import Node, Type, decode, with_attributes


class Tree:
    """All nodes by handle, and below each parent by name."""

    def __init__(self, sn: str) -> None:
        self.sn = sn
        self.version = 0
        """Grows with every change, so that what was made of the tree can be used again while it stays."""
        self.nodes: dict[str, Node] = {}
        self._below: dict[str, dict[str | None, list[str]]] = {}
        self._roots: dict[Type, str] = {}
        self._announced: dict[str, int] = {}

    @classmethod
    def of(cls, listing: dict[str, Any], master_key: bytes) -> "Tree":
        """Build it from the answer of `f`. Blocking: a second for fifty thousand nodes."""
        try:
            tree = cls(str(listing["sn"]))
            for found in (*listing["f"], *listing.get("f2", ())):
                if (node := decode(found, master_key)) is not None:
                    tree.put(node)
        except (KeyError, TypeError, ValueError) as error:
            raise Unreachable("MEGA's listing makes no sense") from error
        if Type.ROOT not in tree._roots or Type.RUBBISH not in tree._roots:
            # an empty account has these too: without them the listing is not whole
            raise Unreachable("MEGA's listing is not whole")
        return tree

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
        self.version += 1
        if node.handle in self.nodes:
            self._unlist(self.nodes[node.handle])
        self.nodes[node.handle] = node
        self._below.setdefault(node.parent, {}).setdefault(node.name, []).append(node.handle)
        if node.type not in (Type.FILE, Type.FOLDER):
            self._roots[node.type] = node.handle

    def drop(self, handle: str) -> None:
        """Remove a node with all below it."""
        self.version += 1
        pending = [handle]
        while pending:
            node = self.nodes.pop(one := pending.pop(), None)
            if node is not None:
                self._unlist(node)
            pending += [child for children in self._below.pop(one, {}).values() for child in children]

    def child(self, parent: str, name: str) -> Node | None:
        """The node of this name; of several the newest."""
        handles = self._below.get(parent, {}).get(name, ())
        # of equals `max` takes the first, so the last to arrive has to come first
        return max((self.nodes[handle] for handle in reversed(handles)), key=_created, default=None)

    def children(self, parent: str) -> list[Node]:
        """The nodes of a folder by name. Raises `Unreachable` if one can't be read: it could be any of ours."""
        below = self._below.get(parent, {})
        if None in below:
            raise Unreachable(
                f"a node in the folder can't be decrypted (handle {below[None][0]})",
                remedy="Look for it in MEGA's web client and remove it, or move it out of the folder.",
            )
        names = sorted(name for name in below if name is not None)
        return [node for name in names if (node := self.child(parent, name)) is not None]

    def has_children(self, parent: str) -> bool:
        """Whether anything is in the folder, readable or not."""
        return any(self._below.get(parent, {}).values())

    def find(self, start: str, path: str) -> Node | None:
        """The node at a path below a folder."""
        node = self.nodes.get(start)
        for name in path.split("/") if path else ():
            if node is None or node.type is Type.FILE:
                return None
            node = self.child(node.handle, name)
        return node

    def with_key(self, parent: str, key: bytes) -> Node | None:
        """The node of this key in a folder: keys are random, so this is how an upload finds itself again."""
        handles = (handle for listed in self._below.get(parent, {}).values() for handle in listed)
        return next((self.nodes[handle] for handle in handles if self.nodes[handle].key == key), None)

    def walk(self, start: str, *, leave_out: str | None = None) -> Iterator[tuple[str, Node]]:
        """Path and node of all below a folder, in walk order, without the top-level name `leave_out`."""
        stack = [("", iter(self.children(start)))]
        while stack:
            prefix, children = stack[-1]
            for node in children:
                path = f"{prefix}{node.name}"
                if path == leave_out:
                    continue
                yield path, node
                if node.type is Type.FOLDER:
                    stack.append((path + "/", iter(self.children(node.handle))))
                    break
            else:
                stack.pop()

    def count_files(self) -> int:
        """How many files stand below the cloud drive, readable or not."""
        count, pending = 0, [self.root]
        while pending:
            for handles in self._below.get(pending.pop(), {}).values():
                for handle in handles:
                    count += self.nodes[handle].type is Type.FILE
                    pending.append(handle)
        return count

    def apply(self, events: Iterable[dict[str, Any]], own_tag: str, master_key: bytes) -> bool:
        """Take over what other clients did; was there anything?"""
        changed = False
        for event in events:
            self._note_order(event)
            if event.get("i") == own_tag:
                continue
            match event:
                case {"a": "t", "t": {"f": list(found)}}:
                    self._take(found, master_key)
                case {"a": "u", "n": str(handle), "at": str(sealed)} if handle in self.nodes:
                    self.put(with_attributes(self.nodes[handle], sealed))
                case {"a": "d", "n": str(handle)}:
                    self.drop(handle)
                case _:
                    continue
            changed = True
        return changed

    def was_first(self, node: Node) -> bool:
        """Whether MEGA announced the node before every other of its name; what was only listed was there before."""
        handles = self._below.get(node.parent, {}).get(node.name, [])
        return min(handles, key=self._rank) == node.handle

    def _rank(self, handle: str) -> tuple[int, int, str]:
        return self._announced.get(handle, -1), self.nodes[handle].created, handle

    def _note_order(self, event: dict[str, Any]) -> None:
        match event:
            case {"a": "t", "t": {"f": list(found)}}:
                for one in found:
                    self._announced.setdefault(str(one.get("h")), len(self._announced))

    def _take(self, found: list[dict[str, Any]], master_key: bytes) -> None:
        for one in found:
            if (node := decode(one, master_key)) is not None:
                self.put(node)

    def _unlist(self, node: Node) -> None:
        names = self._below.get(node.parent, {})
        handles = names.get(node.name, [])
        if node.handle in handles:
            handles.remove(node.handle)
        if not handles:
            names.pop(node.name, None)


def _created(node: Node) -> int:
    return node.created
