"""How fast may bytes move, and how many have moved?

Two token buckets, one a direction; the limits can be changed while transfers run. Transfers await `up` and `down`.
"""

import asyncio
import contextlib
import copy
import time
from collections.abc import Callable

from helix.core.pacing import bucket


class Throttle:
    """The bandwidth limit of all transfers of the program, and their count."""

    def __init__(self, up: int | None = None, down: int | None = None) -> None:
        now = time.monotonic()
        self._buckets = {"up": bucket(up, now), "down": bucket(down, now)}
        self.limits: dict[str, int | None] = {"up": up, "down": down}
        self.moved = {"up": 0, "down": 0}
        self._changed = {"limit": asyncio.Event()}
        self._tell: Callable[[int], None] | None = None

    def watched(self, tell: Callable[[int], None]) -> "Throttle":
        """The same limits and counts, for transfers whose bytes somebody wants to hear of."""
        watched = copy.copy(self)  # shares all that can change
        watched._tell = tell
        return watched

    def limit(self, up: int | None, down: int | None) -> None:
        """Change the limits, also for what is under way."""
        now = time.monotonic()
        for direction, rate in (("up", up), ("down", down)):
            self._buckets[direction] = self._buckets[direction].with_rate(rate, now)
            self.limits[direction] = rate
        changed, self._changed["limit"] = self._changed["limit"], asyncio.Event()
        changed.set()

    async def up(self, count: int) -> None:
        """Bytes went to the remote."""
        await self._take("up", count)

    async def down(self, count: int) -> None:
        """Bytes came from the remote."""
        await self._take("down", count)

    async def _take(self, direction: str, count: int) -> None:
        self.moved[direction] += count
        if self._tell is not None:
            self._tell(count)
        self._buckets[direction], wait = self._buckets[direction].take(count, time.monotonic())
        while wait > 0:
            changed = self._changed["limit"]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await changed.wait()
            _, wait = self._buckets[direction].take(0, time.monotonic()) if changed.is_set() else (None, 0.0)
