"""How fast does a pass move bytes, and how much of what is under way has moved, so that its progress never lies?

The speed is that of the last seconds: it falls when a transfer stalls and follows a limit that is changed.
"""

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 15.0
STEP_SECONDS = 1.0


class Meter:
    """What one pass has moved; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.moved = 0
        self._clock = clock
        self._flying: dict[str, int] = {}
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])

    def add(self, count: int, path: str = "") -> None:
        """Bytes have moved; with a path, of a transfer that is still under way."""
        self.moved += count
        if path:
            self._flying[path] = self._flying.get(path, 0) + count
        now = self._clock()
        if now - self._samples[-1][0] >= STEP_SECONDS:
            self._samples.append((now, self.moved))
            while len(self._samples) > 1 and now - self._samples[1][0] >= WINDOW_SECONDS:
                self._samples.popleft()

    def landed(self, path: str) -> None:
        """The transfer has ended, well or badly."""
        self._flying.pop(path, None)

    @property
    def flying(self) -> int:
        """Bytes of transfers that are still under way."""
        return sum(self._flying.values())

    def rate(self) -> float:
        """Bytes a second, over the last seconds."""
        now = self._clock()
        at, moved = next((sample for sample in self._samples if now - sample[0] <= WINDOW_SECONDS), self._samples[-1])
        return (self.moved - moved) / max(now - at, STEP_SECONDS)
