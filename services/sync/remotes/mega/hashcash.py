"""What does MEGA want when it answers HTTP 402?

A proof of work: a prefix of four bytes such that SHA-256 over the prefix and 12.58 MB of repeated token begins low
enough. hashlib releases the GIL for such buffers, so this runs in a thread without slowing the event loop.
"""

import hashlib
import secrets
from dataclasses import dataclass

from services.sync.remotes.errors import Throttled
from services.sync.remotes.mega.encoding import b64, unb64
from services.sync.remotes.mega.transport import Transport

HEADER = "X-Hashcash"
REPEATS = 262_144
TOKEN_BYTES = 48
MOST_TRIES = 200_000
"""A real challenge takes about 256 tries; one this hard would take half an hour."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the header of a 402 asks for."""

    token: str
    easiness: int

    @classmethod
    def parse(cls, header: str) -> "Challenge":
        """Read `1:<easiness>:<time>:<token>`."""
        version, _, rest = header.partition(":")
        easiness, _, rest = rest.partition(":")
        token = rest.partition(":")[2]
        try:
            well_formed = version == "1" and 0 <= int(easiness) <= 255 and len(unb64(token)) == TOKEN_BYTES
        except ValueError:
            well_formed = False
        if not well_formed:
            raise Throttled("MEGA asks for a proof of work that Helix does not know")
        return cls(token, int(easiness))

    @property
    def threshold(self) -> int:
        """The largest first word of a good digest."""
        return (((self.easiness & 63) << 1) + 1) << ((self.easiness >> 6) * 7 + 3)


def solve(challenge: Challenge, transport: Transport) -> str:
    """The header that answers the challenge. Blocking, seconds of one core."""
    buffer = bytearray(4) + unb64(challenge.token) * REPEATS
    number = int.from_bytes(secrets.token_bytes(4), "big")
    for _ in range(MOST_TRIES):
        buffer[:4] = number.to_bytes(4, "big")
        if int.from_bytes(hashlib.sha256(buffer).digest()[:4], "big") <= challenge.threshold:
            return f"1:{challenge.token}:{b64(bytes(buffer[:4]))}"
        number = (number + 1) % (1 << 32)
        transport.pause(0)
    raise Throttled("MEGA's proof of work was not found in time")
