"""How does MEGA write bytes as text?"""

import base64
import binascii

_STANDARD = bytes.maketrans(b"-_", b"+/")


def b64(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Either alphabet, with or without padding. Raises ValueError."""
    # more padding than is needed does no harm
    return binascii.a2b_base64(text.encode().translate(_STANDARD, b",=") + b"==")
