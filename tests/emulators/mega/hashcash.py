"""When does the server ask for proof of work, and is the proof right?"""

import hashlib
import secrets
import time

from tests.emulators.mega.codec import b64, unb64
from tests.emulators.mega.settings import HashcashRule

TOKEN_BYTES = 48
REPEATS = 262144


class HashcashGate:
    """Challenges handed out and not yet solved; each is good once."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}
        self._asked = 0

    def challenge(self, rule: HashcashRule) -> str | None:
        """The header of a 402, or None when the rule has asked often enough."""
        if rule.times is not None and self._asked >= rule.times:
            return None
        self._asked += 1
        token = b64(secrets.token_bytes(TOKEN_BYTES))
        self._open[token] = rule.easiness
        return f"1:{rule.easiness}:{int(time.time())}:{token}"

    def solved(self, header: str) -> bool:
        """Is `1:<token>:<prefix>` the solution of a challenge of ours?"""
        version, _, rest = header.partition(":")
        token, _, prefix = rest.partition(":")
        easiness = self._open.pop(token, None)
        return version == "1" and easiness is not None and is_solution(token, unb64(prefix), easiness)


def is_solution(token: str, prefix: bytes, easiness: int) -> bool:
    """SHA-256 over the prefix and 12.58 MB of token must begin low enough."""
    digest = hashlib.sha256(prefix + unb64(token) * REPEATS).digest()
    return len(prefix) == 4 and int.from_bytes(digest[:4], "big") <= threshold(easiness)


def threshold(easiness: int) -> int:
    """192 is 1/256 a try, 255 about every second one."""
    return (((easiness & 63) << 1) + 1) << ((easiness >> 6) * 7 + 3)
