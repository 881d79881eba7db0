"""How does MEGA write bytes as text?"""

import base64


def b64(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Either alphabet, with or without padding. Raises ValueError."""
    text = text.replace("+", "-").replace("/", "_").replace(",", "").rstrip("=")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
