"""How are MEGA's files, keys and attributes encrypted, and how is a file's MAC made?

Content is AES-128-CTR; its integrity is a CBC-MAC of each chunk, condensed into eight bytes that are part of the node's
key. All bulk work is a few calls into C on whole chunks: 16-byte steps in Python are 150 times slower.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from Crypto.Cipher import AES

Buffer = bytes | bytearray | memoryview
_NOUGHT = bytes(16)


@dataclass(frozen=True, slots=True)
class FileKey:
    """What encrypts one file."""

    key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "FileKey":
        """Fresh random bytes of the operating system."""
        return cls(secrets.token_bytes(16), secrets.token_bytes(8))

    @classmethod
    def unpack(cls, node_key: bytes) -> tuple["FileKey", bytes]:
        """The key and the MAC in a node's 32 bytes."""
        return cls(xor(node_key[:16], node_key[16:]), node_key[16:24]), node_key[24:32]

    def pack(self, mac: bytes) -> bytes:
        """The node's 32 bytes."""
        tail = self.nonce + mac
        return xor(self.key, tail) + tail

    def crypt(self, data: Buffer, offset: int) -> bytes:
        """Encrypt or decrypt what stands at an offset that is a multiple of 16."""
        return AES.new(self.key, AES.MODE_CTR, nonce=self.nonce, initial_value=offset // 16).encrypt(data)

    def chunk_mac(self, plain: memoryview) -> bytes:
        """The CBC-MAC of one chunk."""
        cipher = AES.new(self.key, AES.MODE_CBC, iv=self.nonce * 2)
        whole = len(plain) - len(plain) % 16
        mac = bytes(self.nonce * 2)
        if whole:
            mac = cipher.encrypt(plain[:whole])[-16:]
        if whole < len(plain):
            mac = cipher.encrypt(bytes(plain[whole:]).ljust(16, b"\0"))
        return mac

    def file_mac(self, chunk_macs: Iterable[bytes]) -> bytes:
        """The eight bytes that stand in the node's key."""
        cipher = AES.new(self.key, AES.MODE_ECB)
        mac = bytes(16)
        for one in chunk_macs:
            mac = cipher.encrypt(xor(mac, one))
        return xor(mac[:4], mac[4:8]) + xor(mac[8:12], mac[12:16])


def xor(one: bytes, other: bytes) -> bytes:
    """Byte by byte, of one length."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def seal_key(master_key: bytes, key: bytes) -> bytes:
    """A node's key as MEGA stores it."""
    return AES.new(master_key, AES.MODE_ECB).encrypt(key)


def open_key(master_key: bytes, sealed: bytes) -> bytes:
    """A node's key. Raises ValueError if it is not whole blocks."""
    return AES.new(master_key, AES.MODE_ECB).decrypt(sealed)


def seal_attributes(key: bytes, attributes: dict[str, Any]) -> bytes:
    """Attributes as MEGA stores them: UTF-8, not escapes, which some clients take apart at the surrogates."""
    text = json.dumps(attributes, separators=(",", ":"), ensure_ascii=False)
    plain = b"MEGA" + text.encode("utf-8", "surrogatepass")
    return AES.new(key, AES.MODE_CBC, iv=bytes(16)).encrypt(plain + bytes(-len(plain) % 16))


def open_attributes(key: bytes, sealed: bytes) -> dict[str, Any]:
    """Attributes in plain. Raises ValueError if the key is wrong or they make no sense."""
    return read_attributes(open_text(key, sealed))


def open_text(key: bytes, sealed: bytes) -> bytes:
    """The JSON of attributes. Raises ValueError if the key is wrong."""
    plain = AES.new(key, AES.MODE_CBC, iv=_NOUGHT).decrypt(sealed)
    if not plain.startswith(b'MEGA{"'):
        raise ValueError("the attributes can't be read")
    return plain[4:].rstrip(b"\0")


def read_attributes(plain: bytes) -> dict[str, Any]:
    """Attributes for their JSON, however lenient that has to be. Raises ValueError if they make no sense."""
    try:
        text = plain.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = plain.decode("utf-8", "replace")
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("the attributes are no object")
    return found


def attribute_key(node_key: bytes) -> bytes:
    """What seals a node's attributes: a folder's own key, or a file's key without its MAC mixed in."""
    return xor(node_key[:16], node_key[16:]) if len(node_key) == 32 else node_key
