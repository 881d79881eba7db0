"""How does MEGA write bytes, numbers and handles down?"""

import base64
import binascii
import secrets

HANDLE_BYTES = 6
USER_BYTES = 8


def b64(data: bytes) -> str:
    """base64url without padding, as MEGA writes it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """What readers of MEGA accept: both alphabets, `,` as `_`, padding or none."""
    plain = text.replace("+", "-").replace("/", "_").replace(",", "_").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64url: {text[:20]!r}") from error


def mpi(number: int) -> bytes:
    """A number as MEGA's multi-precision integer: two bytes of bit length, then big-endian bytes."""
    bits = number.bit_length()
    return bits.to_bytes(2, "big") + number.to_bytes((bits + 7) // 8, "big")


def new_handle() -> str:
    """A node handle: 8 characters."""
    return b64(secrets.token_bytes(HANDLE_BYTES))


def new_user_handle() -> str:
    """A user handle: 11 characters."""
    return b64(secrets.token_bytes(USER_BYTES))


def pad16(data: bytes) -> bytes:
    """Zero padded to whole AES blocks."""
    return data + bytes(-len(data) % 16)
