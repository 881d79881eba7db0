"""How does an account prove who it is, and what does a session look like?"""

import functools
import hashlib
import secrets
import struct
from dataclasses import dataclass, field
from math import gcd

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.emulators.mega import crypto
from tests.emulators.mega.codec import b64, mpi, new_user_handle, pad16, unb64

EXPONENT = 17  # small: mega.py recovers it by a recursive gcd, which a large one drives over the recursion limit
SID_BYTES = 43


@dataclass(frozen=True, slots=True)
class RsaKey:
    """The key by which a session id is handed over; one for all accounts, for it takes 0.1 s to make."""

    p: int
    q: int
    d: int

    @property
    def blob(self) -> bytes:
        """p, q, d, u as MEGA writes them."""
        return pad16(b"".join(map(mpi, (self.p, self.q, self.d, pow(self.p, -1, self.q)))))

    @property
    def public(self) -> bytes:
        """n, e as MEGA writes them."""
        return mpi(self.p * self.q) + mpi(EXPONENT)

    def encrypt(self, message: bytes) -> bytes:
        """The message, filled up with random bytes to just under the modulus."""
        modulus = self.p * self.q
        length = (modulus.bit_length() + 7) // 8 - 1
        padded = message + secrets.token_bytes(length - len(message))
        return mpi(pow(int.from_bytes(padded, "big"), EXPONENT, modulus))


@functools.cache
def shared_rsa_key() -> RsaKey:
    """Made once a process."""
    while True:
        numbers = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_numbers()
        phi = (numbers.p - 1) * (numbers.q - 1)
        if gcd(EXPONENT, phi) == 1:
            return RsaKey(numbers.p, numbers.q, pow(EXPONENT, -1, phi))


@dataclass(slots=True)
class Identity:
    """E-mail, password and keys of one account; version 0 is an anonymous one."""

    email: str
    version: int
    handle: str
    master_key: bytes
    sealed_master_key: str
    """The master key encrypted by the password key."""
    user_hash: bytes
    salt: bytes = b""
    mfa: str | None = None
    """The second factor that `us` must bring."""
    totp_key: bytes = b""
    """The key of an app for one-time codes, whose code `us` must bring."""
    challenge: bytes = b""
    """What an anonymous account proves its master key with."""
    blocked: bool = False
    rsa: RsaKey = field(default_factory=shared_rsa_key)

    @classmethod
    def of_password(cls, email: str, password: str, *, version: int, mfa: str | None) -> "Identity":
        """A v1 or v2 account with a fresh master key."""
        salt = b""
        match version:
            case 1:
                key = crypto.v1_password_key(password)
                user_hash = crypto.v1_user_hash(email, key)
            case 2:
                salt = hashlib.sha256(email.lower().encode()).digest()[:16]
                key, user_hash = crypto.v2_keys(password, salt)
            case _:
                raise ValueError(f"accounts are of version 1 or 2, not {version}")
        master_key = secrets.token_bytes(16)
        sealed = b64(crypto.ecb_encrypt(key, master_key))
        return cls(email, version, new_user_handle(), master_key, sealed, user_hash, salt, mfa)

    @classmethod
    def anonymous(cls, sealed_master_key: str, challenge: bytes) -> "Identity":
        """What `up` makes; the server does not know this master key, so it can't judge what is stored."""
        handle = new_user_handle()
        return cls(f"anonymous-{handle}", 0, handle, b"", sealed_master_key, b"", challenge=challenge)

    @property
    def sealed_private_key(self) -> str:
        """The private key encrypted by the master key."""
        return b64(crypto.ecb_encrypt(self.master_key, self.rsa.blob))

    @property
    def two_factors(self) -> bool:
        """Is a password not enough?"""
        return self.mfa is not None or bool(self.totp_key)

    def accepts_code(self, code: object, now: float) -> bool:
        """Is this the second factor? A code is also good for the step before and after, as clocks differ."""
        if not self.totp_key:
            return code == self.mfa
        return code in {_one_time_code(self.totp_key, int(now) // 30 + step) for step in (-1, 0, 1)}

    def accepts(self, user_hash: str) -> bool:
        """Is this the hash of the right password?"""
        try:
            return secrets.compare_digest(unb64(user_hash), self.user_hash)
        except ValueError:
            return False


def _one_time_code(key: bytes, counter: int) -> str:
    """RFC 4226, six digits."""
    digest = hashlib.sha1(_xored(key, 0x5C) + hashlib.sha1(_xored(key, 0x36) + struct.pack(">Q", counter)).digest())
    offset = digest.digest()[19] % 16
    (number,) = struct.unpack_from(">I", digest.digest(), offset)
    return str(number % (1 << 31) % 1_000_000).zfill(6)


def _xored(key: bytes, pad: int) -> bytes:
    """The key as HMAC-SHA-1 takes it, written out so that no code of the client's is trusted."""
    return bytes(byte ^ pad for byte in key.ljust(64, b"\0"))


@dataclass(slots=True)
class Session:
    """One login."""

    sid: str
    email: str
    sealed: str
    """The session id as only the account can read it (csid), or as it is (tsid)."""

    @classmethod
    def open(cls, identity: Identity) -> "Session":
        """A new session; byte 0 is never zero, for clients lose a leading zero."""
        if identity.version == 0:
            return cls(b64(identity.challenge), identity.email, b64(identity.challenge))
        raw = bytes([1 + secrets.randbelow(255)]) + secrets.token_bytes(SID_BYTES - 1)
        return cls(b64(raw), identity.email, b64(identity.rsa.encrypt(raw)))
