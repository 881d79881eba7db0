"""When is it time: to try again, to look again, to believe that a file is finished, to send the next bytes?

Pure arithmetic: the time and the random numbers come in as arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

Random = Callable[[], float]
"""A source of numbers from 0 up to 1, such as `random.Random(seed).random`."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double up to a ceiling, for a limited number of tries, each spread so that crowds don't form."""

    first: float = 1.0
    ceiling: float = 300.0
    tries: int = 8

    def wait(self, failures: int, random: Random) -> float | None:
        """Seconds to wait after the n-th failure in a row (from 1), or None: give up.

        Half of the wait is fixed, half is random, so that a retry never comes at once.
        """
        if failures >= self.tries:
            return None
        full = min(self.ceiling, self.first * 2.0 ** min(failures - 1, 60))
        return full * (0.5 + random() / 2)


def rescan_wait(period: float, random: Random) -> float:
    """The time to the next full scan: the period ×0.75 to ×1.25, so that several folders drift apart."""
    return period * (0.75 + random() / 2)


@dataclass(frozen=True, slots=True)
class Settling:
    """A file that was seen with a certain size and mtime, and since when (monotonic seconds)."""

    size: int
    mtime_ns: int
    since: float


def observe(before: Settling | None, size: int, mtime_ns: int, now: float) -> Settling:
    """Look at a file again: the wait starts anew whenever its size or mtime has moved."""
    if before and (before.size, before.mtime_ns) == (size, mtime_ns) and before.since <= now:
        return before
    return Settling(size, mtime_ns, now)


def has_settled(seen: Settling, now: float, settle_seconds: float) -> bool:
    """Whether the file has stood still long enough to be copied."""
    return now - seen.since >= settle_seconds


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bandwidth limit: tokens are bytes, they fill at `rate` a second up to `burst`; None is no limit.

    The level may go below zero: a piece bigger than the burst is sent at once and paid for afterwards.
    """

    rate: float | None
    burst: float
    level: float
    at: float

    def take(self, amount: int, now: float) -> tuple["Bucket", float]:
        """Send `amount` bytes: the bucket afterwards, and the seconds to wait before sending them."""
        if self.rate is None:
            return self, 0.0
        filled = self._filled(now)
        left = replace(filled, level=filled.level - amount)
        return left, max(0.0, -filled.level / self.rate)

    def with_rate(self, rate: float | None, now: float) -> "Bucket":
        """Change the limit while running; a debt stays a debt, and what was saved up is cut when it is looked at."""
        return replace(self._filled(now), rate=rate, burst=rate or 0.0)

    def _filled(self, now: float) -> "Bucket":
        gained = max(0.0, now - self.at) * (self.rate or 0.0)
        return replace(self, level=min(self.burst, self.level + gained), at=max(now, self.at))


def bucket(rate: float | None, now: float) -> Bucket:
    """A full bucket that holds a second's worth of bytes."""
    return Bucket(rate, rate or 0.0, rate or 0.0, now)
