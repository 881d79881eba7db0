"""How does a restart spare the listing of the whole account?

The tree is kept beside the session, with the number (`sn`) up to which MEGA's events are in it. At the next start it
is read, and only the events since then are asked for. The file is sealed with a key made from the account's master
key, and signed as a whole: one of another account, a damaged one, or one of another version of Helix is as good as
none. An older one does no harm, since MEGA tells all that happened after its number, or says that it no longer can.

    salt (16 bytes) │ signature (32) │ sealed: blocks, each its length (4) and MessagePack: head, nodes, nodes, …
"""

import hmac
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from blake3 import blake3
from Crypto.Cipher import AES

from services.sync.remotes.mega import private
from services.sync.remotes.mega.nodes import Node
from services.sync.remotes.mega.tree import Tree

BLOCK = 1000
"""Nodes that are written or read in one step, a millisecond."""
_PURPOSE = "helix 2026 kept tree of MEGA, form 1"
"""Another form of the file has another purpose, and so another key."""
_SALT_BYTES = 16
_SIGNATURE_BYTES = 32
_LENGTH_BYTES = 4


class Head(msgspec.Struct, frozen=True):
    """What the nodes are the state of."""

    sn: str
    nodes: int


class Kept:
    """A tree that was read but not yet built."""

    def __init__(self, plain: memoryview) -> None:
        self._blocks = _blocks(plain)
        self._head = msgspec.msgpack.decode(next(self._blocks, b""), type=Head)

    @property
    def sn(self) -> str:
        """Up to where MEGA's events are in it."""
        return self._head.sn

    def tree(self) -> Tree | None:
        """Build it, once; None if it is not whole. Blocking, some microseconds a node."""
        decoder = msgspec.msgpack.Decoder(list[Node])
        tree = Tree(self._head.sn)
        try:
            for block in self._blocks:
                tree.add(decoder.decode(block))
        except msgspec.DecodeError:
            return None
        return tree if tree.whole and len(tree.nodes) == self._head.nodes else None


class TreeFile:
    """The file of one account. Blocking."""

    def __init__(self, store: Path, email: str) -> None:
        self._file = private.file_of(store, "tree", email).with_suffix(".bin")

    def read(self, master_key: bytes) -> Kept | None:
        """What was kept; None if there is nothing, or nothing that can be trusted."""
        try:
            # views: copies of ten megabytes cost more than opening them
            content = memoryview(self._file.read_bytes())
            salt, rest = content[:_SALT_BYTES], content[_SALT_BYTES:]
            signature, sealed = rest[:_SIGNATURE_BYTES], rest[_SIGNATURE_BYTES:]
            key, signer = _keys(master_key, bytes(salt))
            if not hmac.compare_digest(blake3(sealed, key=signer).digest(), signature):
                return None
            return Kept(memoryview(_crypt(key, sealed)))
        except (OSError, msgspec.DecodeError):
            return None

    def write(self, sn: str, nodes: Sequence[Node], master_key: bytes) -> None:
        """Keep these nodes. Raises OSError, or ValueError and OverflowError for what MessagePack can't hold."""
        salt = secrets.token_bytes(_SALT_BYTES)
        key, signer = _keys(master_key, salt)
        head = msgspec.msgpack.encode(Head(sn, len(nodes)))
        plain = b"".join(len(one).to_bytes(_LENGTH_BYTES, "big") + one for one in (head, *_encoded(nodes)))
        sealed = _crypt(key, plain)
        private.write(self._file, salt + blake3(sealed, key=signer).digest() + sealed)


def _keys(master_key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """What seals and what signs one file."""
    both = blake3(master_key + salt, derive_key_context=_PURPOSE).digest(length=64)
    return both[:32], both[32:]


def _crypt(key: bytes, data: bytes | memoryview) -> bytes:
    """Seal or open."""
    # each key seals one file only, so that the counter can begin at nought
    return AES.new(key, AES.MODE_CTR, nonce=bytes(8)).encrypt(data)


def _encoded(nodes: Sequence[Node]) -> Iterator[bytes]:
    for start in range(0, len(nodes), BLOCK):
        yield msgspec.msgpack.encode(nodes[start : start + BLOCK])


def _blocks(plain: memoryview) -> Iterator[memoryview]:
    at = 0
    while at < len(plain):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(plain[at:start], "big")
        yield plain[start:at]
