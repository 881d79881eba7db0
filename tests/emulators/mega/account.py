"""What does the owner of an account see and do, with keys of their own and no client in between?

Tests use this to lay out an account before a client comes and to look at what it left behind.
All that changes something is announced to listening clients, as if another client had done it.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.emulators.mega import crypto
from tests.emulators.mega.codec import b64, new_handle, unb64
from tests.emulators.mega.events import EventLog
from tests.emulators.mega.fingerprint import fingerprint, mtime_of
from tests.emulators.mega.identity import Identity
from tests.emulators.mega.spool import Spool
from tests.emulators.mega.tree import Kind, Node, Tree

DEFAULT_QUOTA = 20 * 1024**3


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder as its owner sees it."""

    path: str
    handle: str
    folder: bool
    size: int
    mtime: int | None
    """From the fingerprint `c`, if the client wrote one."""


class Account:
    """One account: who it is, what it holds, what happens in it."""

    def __init__(self, identity: Identity, spool: Spool, lock: threading.RLock, *, quota: int = DEFAULT_QUOTA) -> None:
        self.identity = identity
        self.tree = Tree(identity.handle, int(time.time()))
        self.events = EventLog()
        self.quota = quota
        self.shares: dict[str, tuple[str, str]] = {}
        """Exported folder → (`ok` key, `ha`), as the client sent them."""
        self._spool = spool
        self._lock = lock
        self._names: dict[str, tuple[str, str]] = {}

    @property
    def email(self) -> str:
        """Its name for logging in."""
        return self.identity.email

    def put(self, path: str, data: bytes, *, mtime: int | None = None) -> str:
        """Stores a file (parents are made, nothing is replaced); answers its handle."""
        parent, _, name = path.rpartition("/")
        key, nonce = secrets.token_bytes(16), secrets.token_bytes(8)
        chunks = [data[start:end] for start, end in crypto.chunk_bounds(len(data))]
        packed = crypto.FileKey(key, nonce, crypto.meta_mac(key, nonce, chunks)).pack()
        attributes = {"n": name} if mtime is None else {"n": name, "c": fingerprint(data, mtime)}
        with self._lock:
            at = self._spool.store(crypto.ctr(key, nonce, 0, data))
            return self._add(self.folder(parent), Kind.FILE, packed, key, attributes, len(data), at)

    def mkdir(self, path: str) -> str:
        """Makes a folder with its parents; answers its handle."""
        with self._lock:
            return self.folder(path).handle

    def folder(self, path: str) -> Node:
        """The folder of a path below the root, made where it is missing; "" is the root."""
        node = self.tree.root
        for name in filter(None, path.split("/")):
            found = [c for c in self.tree.children(node.handle) if c.kind is Kind.FOLDER and self.name(c) == name]
            key = secrets.token_bytes(16)
            handle = found[0].handle if found else self._add(node, Kind.FOLDER, key, key, {"n": name}, 0, 0)
            node = self.tree.nodes[handle]
        return node

    def remove(self, path: str) -> None:
        """Deletes for good."""
        with self._lock:
            node = self.node(path)
            self.tree.remove(node)
            self.events.publish({"a": "d", "n": node.handle})

    def replace(self, path: str, data: bytes) -> str:
        """Stores a file in the place of all that are called so, in one step, as a client that looks first would."""
        with self._lock:
            for entry in self.entries():
                if entry.path == path:
                    self.remove(entry.handle)
            return self.put(path, data)

    def move(self, path: str, folder: str) -> None:
        """Moves into another folder."""
        with self._lock:
            self._move(self.node(path), self.folder(folder))

    def trash(self, path: str) -> None:
        """Moves into the rubbish bin."""
        with self._lock:
            self._move(self.node(path), self.tree.trash)

    def rename(self, path: str, name: str) -> None:
        """Gives a new name and keeps the other attributes."""
        with self._lock:
            node = self.node(path)
            opened = self.attributes(node) | {"n": name}
            node.attributes = b64(crypto.seal_attributes(self._attribute_key(node), opened))
            event = {"a": "u", "n": node.handle, "u": node.owner, "at": node.attributes, "ts": node.created}
            self.events.publish(event)

    def entries(self, *, top: str = "root") -> list[Entry]:
        """All files and folders below the root (or `top="trash"`), duplicates too, without old versions."""
        with self._lock:
            start = self.tree.trash if top == "trash" else self.tree.root
            return sorted(self._entries(start, ""), key=lambda entry: (entry.path, entry.handle))

    def versions(self, path: str) -> list[bytes]:
        """The older contents of a file, newest first."""
        with self._lock:
            return [self._content(node) for node in list(self.tree.walk(self.node(path).handle))[1:]]

    def files(self, *, top: str = "root") -> dict[str, bytes]:
        """Path → content of every file; fails if one path stands there twice."""
        found: dict[str, bytes] = {}
        for entry in self.entries(top=top):
            if entry.folder:
                continue
            assert entry.path not in found, f"two files are called {entry.path!r}"
            found[entry.path] = self._content(self.tree.nodes[entry.handle])
        return found

    def read(self, path: str) -> bytes:
        """A file's content."""
        with self._lock:
            return self._content(self.node(path))

    def node(self, path: str) -> Node:
        """The one node of this path (or with this handle); fails if there are none or several."""
        if path in self.tree.nodes:
            return self.tree.nodes[path]
        found = [entry.handle for entry in self.entries() if entry.path == path]
        if len(found) != 1:
            raise LookupError(f"{len(found)} nodes are called {path!r}")
        return self.tree.nodes[found[0]]

    def name(self, node: Node) -> str:
        """A node's name, remembered, for tests fill accounts with tens of thousands of nodes."""
        sealed, name = self._names.get(node.handle, ("", ""))
        if sealed != node.attributes:
            name = str(self.attributes(node)["n"])
            self._names[node.handle] = (node.attributes, name)
        return name

    def attributes(self, node: Node) -> dict[str, object]:
        """A node's attributes, opened with its key."""
        return crypto.open_attributes(self._attribute_key(node), unb64(node.attributes))

    def file_key(self, node: Node) -> crypto.FileKey:
        """A file's key, opened with the master key."""
        return crypto.FileKey.unpack(self._raw_key(node))

    def folder_key(self, node: Node) -> bytes:
        """A folder's key, opened with the master key."""
        raw = self._raw_key(node)
        if len(raw) != 16:
            raise crypto.UnreadableError(f"a folder's key has 16 bytes, this one {len(raw)}")
        return raw

    def _attribute_key(self, node: Node) -> bytes:
        return self.file_key(node).key if node.kind is Kind.FILE else self.folder_key(node)

    def _raw_key(self, node: Node) -> bytes:
        sealed = unb64(node.key)
        if not sealed or len(sealed) % 16:
            raise crypto.UnreadableError(f"a node key of {len(sealed)} bytes is not whole blocks")
        return crypto.ecb_decrypt(self.identity.master_key, sealed)

    def _content(self, node: Node) -> bytes:
        key = self.file_key(node)
        return crypto.ctr(key.key, key.nonce, 0, self._spool.read(node.at, node.size))

    def _entries(self, parent: Node, prefix: str) -> Iterator[Entry]:
        for node in self.tree.children(parent.handle):
            attributes = self.attributes(node)
            path = prefix + str(attributes["n"])
            mtime = mtime_of(str(attributes["c"])) if "c" in attributes else None
            yield Entry(path, node.handle, node.kind is Kind.FOLDER, node.size, mtime)
            if node.kind is Kind.FOLDER:
                yield from self._entries(node, path + "/")

    def _move(self, node: Node, target: Node) -> None:
        self.tree.move(node, target)
        self.events.publish({"a": "d", "n": node.handle, "m": 1})
        self.events.publish(
            {"a": "t", "t": {"f": [n.to_json() for n in self.tree.walk(node.handle)]}, "ou": node.owner}
        )

    def _add(
        self,
        parent: Node,
        kind: Kind,
        packed: bytes,
        key: bytes,
        attributes: dict[str, str],
        size: int,
        at: int,
    ) -> str:
        sealed = b64(crypto.ecb_encrypt(self.identity.master_key, packed))
        shown = b64(crypto.seal_attributes(key, attributes))
        owner = self.identity.handle
        node = Node(new_handle(), parent.handle, kind, owner, shown, sealed, int(time.time()), size, at)
        self.tree.add(node)
        self.events.publish({"a": "t", "t": {"f": [node.to_json()]}, "ou": owner})
        return node.handle
