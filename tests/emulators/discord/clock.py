"""What time is it at the Discord test server, and how does a test let time pass?

Interaction deadlines, rate-limit windows and session lifetimes are read from this clock, so that fifteen
minutes are over in no time: ``clock.advance(900)``.
"""

import time
from datetime import UTC, datetime


class Clock:
    """The wall clock plus whatever a test has added to it."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass at once."""
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self._ahead += seconds

    def timestamp(self) -> str:
        """The time as Discord writes it."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat()


DISCORD_EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Unique ids that carry their creation time, as Discord's do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        fresh = (int(self._clock.now() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(fresh, self._last + 1)
        return self._last
