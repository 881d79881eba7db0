"""How does MEGA turn passwords into keys, and keys and files into what it stores?

OpenSSL through `cryptography`: the remote under test (pycryptodome) and mega.py share nothing with it.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from tests.emulators.mega.codec import pad16

V1_START: Final = bytes.fromhex("93C467E37DB0C7A4D1BE3F810152CB56")
V1_KEY_ROUNDS: Final = 65536
V1_HASH_ROUNDS: Final = 16384
V2_ROUNDS: Final = 100_000
CHUNK_STEP: Final = 131072
CHUNK_MAX: Final = 1048576
ZERO: Final = bytes(16)


class UnreadableError(ValueError):
    """What a client stored can't be read back with the account's own key."""


def ecb_encrypt(key: bytes, data: bytes) -> bytes:
    """AES-ECB over whole blocks."""
    return _run(Cipher(algorithms.AES(key), modes.ECB()).encryptor(), data)


def ecb_decrypt(key: bytes, data: bytes) -> bytes:
    """AES-ECB over whole blocks, backwards."""
    return _run(Cipher(algorithms.AES(key), modes.ECB()).decryptor(), data)


def v1_password_key(password: str) -> bytes:
    """Key stretching of accounts made before 2018."""
    parts = pad16(password.encode())
    keys = [parts[at : at + 16] for at in range(0, len(parts), 16)]
    if len(keys) == 1:
        return _repeat_ecb(keys[0], V1_START, V1_KEY_ROUNDS)
    ciphers = [Cipher(algorithms.AES(key), modes.ECB()).encryptor() for key in keys]
    state = V1_START
    for _ in range(V1_KEY_ROUNDS):
        for cipher in ciphers:
            state = cipher.update(state)
    return state


def v1_user_hash(email: str, password_key: bytes) -> bytes:
    """What a v1 client sends instead of the password (8 bytes)."""
    state = bytearray(16)
    for at, byte in enumerate(email.lower().encode()):
        state[at % 16] ^= byte
    done = _repeat_ecb(password_key, bytes(state), V1_HASH_ROUNDS)
    return done[:4] + done[8:12]


@functools.lru_cache
def v2_keys(password: str, salt: bytes) -> tuple[bytes, bytes]:
    """Password key and user hash of a v2 account; remembered, for hundreds of tests log in to the same one."""
    both = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, V2_ROUNDS, 32)
    return both[:16], both[16:]


def chunk_bounds(size: int) -> Iterator[tuple[int, int]]:
    """MEGA's chunks of a file: 128 KiB, 256 KiB … 1 MiB, then every 1 MiB."""
    start, step = 0, CHUNK_STEP
    while start < size:
        end = min(start + step, size)
        yield start, end
        start, step = end, min(step + CHUNK_STEP, CHUNK_MAX)


def ctr(key: bytes, nonce: bytes, offset: int, data: bytes) -> bytes:
    """Encrypts or decrypts file content that begins at `offset` (a multiple of 16)."""
    counter = nonce + (offset // 16).to_bytes(8, "big")
    return _run(Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor(), data)


def chunk_mac(key: bytes, nonce: bytes, plain: bytes) -> bytes:
    """CBC-MAC of one chunk of plain text."""
    cipher = Cipher(algorithms.AES(key), modes.CBC(nonce + nonce)).encryptor()
    return _run(cipher, pad16(plain))[-16:]


def meta_mac(key: bytes, nonce: bytes, chunks: Iterable[bytes]) -> bytes:
    """The 8 bytes that vouch for a whole file; `chunks` are its plain chunks in order."""
    macs = b"".join(chunk_mac(key, nonce, chunk) for chunk in chunks)
    mac = _run(Cipher(algorithms.AES(key), modes.CBC(ZERO)).encryptor(), macs)[-16:] if macs else ZERO
    return _xor(mac[:4], mac[4:8]) + _xor(mac[8:12], mac[12:])


@dataclass(frozen=True, slots=True)
class FileKey:
    """A file's AES key, nonce and meta-MAC, which MEGA folds into 32 bytes."""

    key: bytes
    nonce: bytes
    mac: bytes

    def pack(self) -> bytes:
        """The 32 bytes that are stored, encrypted by the master key."""
        tail = self.nonce + self.mac
        return _xor(self.key, tail) + tail

    @classmethod
    def unpack(cls, raw: bytes) -> "FileKey":
        """The reverse of `pack`."""
        if len(raw) != 32:
            raise UnreadableError(f"a file's key has 32 bytes, this one {len(raw)}")
        return cls(_xor(raw[:16], raw[16:]), raw[16:24], raw[24:])


def seal_attributes(key: bytes, attributes: dict[str, Any]) -> bytes:
    """Node attributes (name, fingerprint …) as they are stored."""
    text = "MEGA" + json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))
    return _run(Cipher(algorithms.AES(key), modes.CBC(ZERO)).encryptor(), pad16(text.encode()))


def open_attributes(key: bytes, sealed: bytes) -> dict[str, Any]:
    """The reverse of `seal_attributes`; the MEGA mark shows whether the key was right."""
    if not sealed or len(sealed) % 16:
        raise UnreadableError(f"attributes of {len(sealed)} bytes are not whole blocks")
    plain = _run(Cipher(algorithms.AES(key), modes.CBC(ZERO)).decryptor(), sealed).rstrip(b"\0")
    if not plain.startswith(b'MEGA{"'):
        raise UnreadableError("attributes don't open with this key")
    try:
        attributes: dict[str, Any] = json.loads(plain[4:].decode())
    except ValueError as error:
        raise UnreadableError(f"attributes are not JSON in UTF-8: {error}") from error
    if not isinstance(attributes.get("n"), str):
        raise UnreadableError("attributes hold no name")
    return attributes


def _repeat_ecb(key: bytes, start: bytes, rounds: int) -> bytes:
    """ECB over its own output is CBC over zeros: one bulk call instead of `rounds` small ones."""
    return _run(Cipher(algorithms.AES(key), modes.CBC(start)).encryptor(), bytes(16 * rounds))[-16:]


def _run(context: CipherContext, data: bytes) -> bytes:
    return context.update(data) + context.finalize()


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")
