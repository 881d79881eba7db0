"""Which six digits does an app for one-time codes show now?

RFC 6238 with what MEGA uses: SHA-1, steps of 30 seconds, six digits. None of our dependencies has it.
"""

import base64
import hmac

STEP_SECONDS = 30
DIGITS = 6


def code_at(key: str, seconds: float) -> str:
    """The code for a base32 key at a time, in seconds since 1970."""
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    counter = int(seconds) // STEP_SECONDS
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"
