"""What is one node of the account, in plain?"""

from enum import IntEnum
from typing import Any, NamedTuple

from helix.core.names import local_name, remote_name
from helix.core.trees import Kind
from services.sync.remotes.errors import Corrupt
from services.sync.remotes.mega.crypto import attribute_key, open_attributes, open_key
from services.sync.remotes.mega.encoding import unb64
from services.sync.remotes.mega.fingerprint import mtime_of
from services.sync.remotes.remote import Entry
from services.sync.remotes.symbols import from_symbols, to_symbols


class Type(IntEnum):
    """MEGA's kinds of nodes."""

    FILE = 0
    FOLDER = 1
    ROOT = 2
    INBOX = 3
    RUBBISH = 4


class Node(NamedTuple):
    """A node; `name` is the file name here, None if its key or attributes can't be read."""

    handle: str
    parent: str
    type: Type
    name: str | None
    size: int
    mtime: int | None
    created: int
    key: bytes
    sealed: str

    def __repr__(self) -> str:
        """Without the key."""
        return f"Node({self.handle}, {self.type.name})"


def decode(found: dict[str, Any], master_key: bytes) -> Node | None:
    """A node of a listing or an event; None for kinds that Helix does not know."""
    try:
        kind = Type(found["t"])
    except ValueError:
        return None
    handle, parent, created = str(found["h"]), str(found.get("p") or ""), int(found.get("ts") or 0)
    sealed = str(found.get("a") or "")
    if kind not in (Type.FILE, Type.FOLDER):
        return Node(handle, parent, kind, "", 0, None, created, b"", "")
    size = int(found.get("s") or 0) if kind is Type.FILE else 0
    try:
        key = _own_key(str(found.get("k") or ""), str(found.get("u") or ""), master_key, kind)
        opened = open_attributes(attribute_key(key), unb64(sealed))
        name = shown(opened)
    except ValueError:
        return Node(handle, parent, kind, None, size, None, created, b"", sealed)
    return Node(handle, parent, kind, name, size, mtime_of(opened.get("c")), created, key, sealed)


def attributes(node: Node) -> dict[str, Any]:
    """All attributes of a node: what a rename must not lose."""
    try:
        return open_attributes(attribute_key(node.key), unb64(node.sealed))
    except ValueError as error:
        raise Corrupt(f"the attributes of {node.name!r} can't be read") from error


def shown(opened: dict[str, Any]) -> str:
    """The file name here for a node's attributes; `stored` is the inverse."""
    return from_symbols(local_name(str(opened.get("n", ""))))


def stored(name: str) -> str:
    """The node's name for a file name here."""
    return remote_name(to_symbols(name))


def with_attributes(node: Node, sealed: str) -> Node:
    """The node after a change of its attributes."""
    try:
        opened = open_attributes(attribute_key(node.key), unb64(sealed))
    except ValueError:
        return node._replace(name=None, mtime=None, sealed=sealed)
    return node._replace(name=shown(opened), mtime=mtime_of(opened.get("c")), sealed=sealed)


def entry_of(path: str, node: Node) -> Entry:
    """The node as the remote lists it."""
    if node.type is not Type.FILE:
        return Entry(path, Kind.DIRECTORY, 0, None, "")
    mtime_ns = None if node.mtime is None else node.mtime * 10**9
    return Entry(path, Kind.FILE, node.size, mtime_ns, etag_of(node))


def etag_of(node: Node) -> str:
    """A file's handle: every upload makes a new node, and a node's content never changes."""
    return node.handle if node.type is Type.FILE else ""


def _own_key(text: str, owner: str, master_key: bytes, kind: Type) -> bytes:
    """The part of `user:key/share:key` that our master key opens. Raises ValueError."""
    parts = dict(part.split(":", 1) for part in text.split("/") if ":" in part)
    if owner not in parts:
        raise ValueError("the key is not ours")
    key = open_key(master_key, unb64(parts[owner]))
    if len(key) != (32 if kind is Type.FILE else 16):
        raise ValueError("the key has a wrong length")
    return key
