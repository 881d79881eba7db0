"""Where must the next pass look, and when must it look everywhere?

Hints gather between passes. A look at a few directories never puts off the look at everything, which comes on a
jittered period whatever the hints say.
"""

import random
import time
from collections.abc import Callable

from helix.core.pacing import rescan_wait
from services.sync.hints import EVERYWHERE, NOWHERE, Hint


class Attention:
    """What one folder's next pass has to look at."""

    def __init__(
        self,
        scan_seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._scan_seconds = scan_seconds
        self._clock = clock
        self._draw = draw
        self._where = EVERYWHERE
        self._due = float("-inf")

    def add(self, hint: Hint) -> None:
        """Something may have changed there."""
        self._where = self._where.joined(hint)

    def take(self) -> Hint:
        """A pass begins: where it has to look."""
        where, self._where = self._where, NOWHERE
        return EVERYWHERE if self._clock() >= self._due else where

    def looked(self, where: Hint) -> None:
        """A pass has looked there."""
        if where.everywhere:
            self._due = self._clock() + rescan_wait(self._scan_seconds, self._draw)

    @property
    def patience(self) -> float:
        """Seconds until everything has to be looked at."""
        return max(0.0, self._due - self._clock())
