"""What is one node of the account, in plain?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from helix.core.names import local_name, remote_name
from helix.core.trees import Kind
from services.sync.remotes.errors import Corrupt, Unreachable
from services.sync.remotes.mega.crypto import attribute_key, open_attributes, open_key, open_text, read_attributes
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


SLICE = 500
"""Nodes whose keys are opened in one step."""
_PLAIN = re.compile(r"(?!\.{0,2}\Z)[ -$&-.0-~]{1,255}")
"""Names that are the same here and at MEGA."""
# members of an enumeration are looked up slowly in Python 3.11, and these are needed for each node
_FILE, _FILE_KIND = Type.FILE, Kind.FILE
_KINDS = {int(kind): kind for kind in Type}
_KEY_BYTES = {Type.FILE: 32, Type.FOLDER: 16}


class Node(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A node; `name` is the file name here, None if its key or attributes can't be read.

    `gc=False`: a node holds no other object that could point back to it, and fifty thousand of them would cost every
    full run of the garbage collector ten milliseconds, in which the event loop stands still.
    """

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


NOTHING_KNOWN: Mapping[str, Node] = MappingProxyType({})


class _Usual(msgspec.Struct, gc=False):
    """The attributes that are needed for each node."""

    n: str = ""
    c: str | None = None


_usual = msgspec.json.Decoder(_Usual).decode


def taken(found: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """A slice at a time, which leaves the list: to give back fifty thousand at once holds up all threads for 20 ms."""
    for start in range(0, len(found), SLICE):
        some = found[start : start + SLICE]
        found[start : start + SLICE] = [{}] * len(some)
        yield some


def decode(found: Sequence[dict[str, Any]], master_key: bytes, known: Mapping[str, Node] = NOTHING_KNOWN) -> list[Node]:
    """The nodes of a listing or an event, without kinds that Helix does not know. Blocking, some 30 µs a node.

    What is sealed as a known node of the same handle is, is not opened again: that takes nine tenths of the time.
    Raises `Unreachable` for what is no node at all.
    """
    nodes: list[Node] = []
    try:
        for start in range(0, len(found), SLICE):
            nodes.extend(_decode_some(found[start : start + SLICE], master_key, known))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreachable("MEGA's nodes make no sense") from error
    return nodes


def _decode_some(found: Sequence[dict[str, Any]], master_key: bytes, known: Mapping[str, Node]) -> Iterator[Node]:
    sealed = [_sealed_key(one) for one in found]
    # MEGA seals each block of sixteen bytes for itself, so one call opens the keys of all
    opened = open_key(master_key, b"".join(sealed))
    at = 0
    for one, own in zip(found, sealed, strict=True):
        if (node := _node(one, opened[at : at + len(own)], known)) is not None:
            yield node
        at += len(own)


def _node(found: dict[str, Any], key: bytes, known: Mapping[str, Node]) -> Node | None:
    kind = _KINDS.get(found["t"])
    if kind is None:
        return None
    handle, parent, created = str(found["h"]), str(found.get("p") or ""), int(found.get("ts") or 0)
    if kind not in _KEY_BYTES:
        return Node(handle, parent, kind, "", 0, None, created, b"", "")
    sealed = str(found.get("a") or "")
    size = int(found.get("s") or 0) if kind is _FILE else 0
    before = known.get(handle)
    if before is not None and (before.sealed, before.key) == (sealed, key):
        return Node(handle, parent, kind, before.name, size, before.mtime, created, key, sealed)
    try:
        name, mtime = _label(key, sealed)
    except ValueError:
        return Node(handle, parent, kind, None, size, None, created, b"", sealed)
    return Node(handle, parent, kind, name, size, mtime, created, key, sealed)


def _label(key: bytes, sealed: str) -> tuple[str, int | None]:
    """The name here and the mtime. Raises ValueError if the attributes can't be read."""
    plain = open_text(attribute_key(key), unb64(sealed))
    try:
        usual = _usual(plain)
        return shown(usual.n), mtime_of(usual.c)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # lone surrogates, bytes that are not UTF-8, a name that is no text: slower, and more lenient
        opened = read_attributes(plain)
        return shown(str(opened.get("n", ""))), mtime_of(opened.get("c"))


def _sealed_key(found: dict[str, Any]) -> bytes:
    """The part of `user:key/share:key` that our master key opens; nothing if there is none of the right length."""
    text, owner = str(found.get("k") or ""), str(found.get("u") or "")
    for part in text.split("/"):
        user, colon, sealed = part.partition(":")
        if colon and user == owner:
            try:
                key = unb64(sealed)
            except ValueError:
                return b""
            return key if len(key) == _KEY_BYTES.get(found["t"]) else b""
    return b""


def attributes(node: Node) -> dict[str, Any]:
    """All attributes of a node: what a rename must not lose."""
    try:
        return open_attributes(attribute_key(node.key), unb64(node.sealed))
    except ValueError as error:
        raise Corrupt(f"the attributes of {node.name!r} can't be read") from error


def shown(name: str) -> str:
    """The file name here for a node's name; `stored` is the inverse."""
    # nearly all names are plain, and then all the rules would find nothing to do
    return name if _PLAIN.fullmatch(name) else from_symbols(local_name(name))


def stored(name: str) -> str:
    """The node's name for a file name here."""
    return remote_name(to_symbols(name))


def with_attributes(node: Node, sealed: str) -> Node:
    """The node after a change of its attributes."""
    try:
        name, mtime = _label(node.key, sealed)
    except ValueError:
        return replace(node, name=None, mtime=None, sealed=sealed)
    return replace(node, name=name, mtime=mtime, sealed=sealed)


def entry_of(path: str, node: Node) -> Entry:
    """The node as the remote lists it."""
    if node.type is not _FILE:
        return Entry(path, Kind.DIRECTORY, 0, None, "")
    mtime_ns = None if node.mtime is None else node.mtime * 1_000_000_000
    return Entry(path, _FILE_KIND, node.size, mtime_ns, node.handle)


def etag_of(node: Node) -> str:
    """A file's handle: every upload makes a new node, and a node's content never changes."""
    return node.handle if node.type is Type.FILE else ""
