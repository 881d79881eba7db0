"""What does an account hold, and how may it be moved about?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tests.emulators.mega.codec import new_handle
from tests.emulators.mega.errors import Code, RefusedError


class Kind(IntEnum):
    """A node's type `t`."""

    FILE = 0
    FOLDER = 1
    ROOT = 2
    INBOX = 3
    TRASH = 4


@dataclass(slots=True)
class Node:
    """One file, folder or root as the server knows it: names and keys are the client's secret."""

    handle: str
    parent: str
    kind: Kind
    owner: str
    attributes: str = ""
    key: str = ""
    created: int = 0
    size: int = 0
    at: int = 0
    """Where the content begins in the spool."""
    extras: dict[str, str] = field(default_factory=dict)
    """`fa` and the like, handed through."""
    shared_keys: dict[str, str] = field(default_factory=dict)
    """Share handle → the key once more, encrypted by the share's key."""

    def to_json(self, *, share: str | None = None) -> dict[str, Any]:
        """The node as `f` and `t` events show it; `share` = only with that share's key (a public folder)."""
        keys = [f"{self.owner}:{self.key}"] if self.key and share is None else []
        wanted = self.shared_keys if share is None else {share: self.shared_keys.get(share, "")}
        keys += [f"{handle}:{key}" for handle, key in wanted.items() if key]
        shown: dict[str, Any] = {
            "h": self.handle,
            "p": self.parent,
            "u": self.owner,
            "t": int(self.kind),
            "a": self.attributes,
            "k": "/".join(keys),
            "ts": self.created,
        }
        if self.kind is Kind.FILE:
            shown["s"] = self.size
        return shown | self.extras


class Tree:
    """The nodes of one account; parents always stand before their children in `walk`."""

    def __init__(self, owner: str, now: int) -> None:
        self.nodes: dict[str, Node] = {}
        self._children: dict[str, dict[str, None]] = {}
        self._used = 0
        self._totals: dict[str, list[int]] = {}
        """What was counted since the last change: a service of this kind keeps such numbers, and walks no tree."""
        self.root = self._make_root(Kind.ROOT, owner, now)
        self.inbox = self._make_root(Kind.INBOX, owner, now)
        self.trash = self._make_root(Kind.TRASH, owner, now)

    def get(self, handle: object) -> Node:
        """The node, or -9."""
        if not isinstance(handle, str):
            raise RefusedError(Code.EARGS)
        try:
            return self.nodes[handle]
        except KeyError:
            raise RefusedError(Code.ENOENT) from None

    def folder(self, handle: object) -> Node:
        """A node that may have children put into it: -9 if unknown, -11 if it is a file."""
        node = self.get(handle)
        if node.kind is Kind.FILE:
            raise RefusedError(Code.EACCESS)
        return node

    def own(self, handle: object) -> Node:
        """A node that its owner may change: the three roots answer -11."""
        node = self.get(handle)
        if node.kind > Kind.FOLDER:
            raise RefusedError(Code.EACCESS)
        return node

    def children(self, handle: str) -> list[Node]:
        """Direct children, oldest first; those of a file are its older versions."""
        return [self.nodes[child] for child in self._children.get(handle, ())]

    def add(self, node: Node) -> None:
        """Takes in a node whose parent is there."""
        self.nodes[node.handle] = node
        self._totals.clear()
        self._used += node.size
        self._children.setdefault(node.parent, {})[node.handle] = None

    def move(self, node: Node, target: Node) -> None:
        """Hangs a node elsewhere; -10 if it would become its own ancestor."""
        if self.is_within(target.handle, node.handle):
            raise RefusedError(Code.ECIRCULAR)
        self._totals.clear()
        del self._children[node.parent][node.handle]
        node.parent = target.handle
        self._children.setdefault(target.handle, {})[node.handle] = None

    def remove(self, node: Node) -> list[Node]:
        """Removes a node with all that is below it, for good."""
        gone = list(self.walk(node.handle))
        self._totals.clear()
        del self._children[node.parent][node.handle]
        for each in gone:
            del self.nodes[each.handle]
            self._used -= each.size
            self._children.pop(each.handle, None)
        return gone

    def replace(self, old: Node, new: Node) -> None:
        """`new` takes the place of `old`, which becomes its version: a file below a file, and so on."""
        self.add(new)
        self.move(old, new)

    def walk(self, handle: str | None = None) -> Iterator[Node]:
        """A subtree, or everything; parents first."""
        waiting = [self.root, self.inbox, self.trash] if handle is None else [self.nodes[handle]]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += [self.nodes[child] for child in self._children.get(node.handle, ())]

    def is_within(self, handle: str, ancestor: str) -> bool:
        """Is a node the ancestor itself or below it?"""
        at: str | None = handle
        while at:
            if at == ancestor:
                return True
            node = self.nodes.get(at)
            at = node.parent if node else None
        return False

    def is_version(self, node: Node) -> bool:
        """Is it an older version of a file?"""
        parent = self.nodes.get(node.parent)
        return parent is not None and parent.kind is Kind.FILE

    def used(self) -> int:
        """Bytes that count against the quota: trash and versions do."""
        return self._used

    def totals(self, handle: str) -> list[int]:
        """Of a subtree: bytes, files, folders, bytes of versions, versions."""
        if handle not in self._totals:
            self._totals[handle] = self._count(handle)
        return self._totals[handle]

    def _count(self, handle: str) -> list[int]:
        totals = [0, 0, 0, 0, 0]
        for node in self.walk(handle):
            if node.kind is Kind.FOLDER:
                totals[2] += 1
            elif node.kind is Kind.FILE and self.is_version(node):
                totals[3] += node.size
                totals[4] += 1
            elif node.kind is Kind.FILE:
                totals[0] += node.size
                totals[1] += 1
        return totals

    def _make_root(self, kind: Kind, owner: str, now: int) -> Node:
        node = Node(new_handle(), "", kind, owner, created=now)
        self.nodes[node.handle] = node
        return node
