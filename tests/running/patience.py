"""How long may a test wait on a machine that has other work as well?

A deadline is there to end a hang, not to judge a busy machine. So it counts seconds of a machine of our own: while six
programs want two cores, each gets a third of the time, and a deadline lasts three times as long.
"""

import os
import time

CORES = os.cpu_count() or 1


class Patience:
    """A deadline that a crowd of other programs puts off."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._left = seconds
        self._looked_at = time.monotonic()

    @property
    def ended(self) -> bool:
        """Whether it is over; to be asked again and again, for the time since the last look is what counts."""
        now = time.monotonic()
        self._left -= (now - self._looked_at) / crowding()
        self._looked_at = now
        return self._left < 0


def crowding() -> float:
    """How many times longer everything takes than on a machine of our own, by the system's figure of a minute."""
    return max(1.0, os.getloadavg()[0] / CORES)
