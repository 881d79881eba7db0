"""How fast may bytes move, and how many have moved?

Two token buckets, one a direction; the limits can be changed while transfers run. Transfers await `up` and `down`.
"""

import asyncio
import time

from helix.core.pacing import bucket


class Throttle:
    """The bandwidth limit of all transfers of the program, and their count."""

    def __init__(self, up: int | None = None, down: int | None = None) -> None:
        now = time.monotonic()
        self._buckets = {"up": bucket(up, now), "down": bucket(down, now)}
        self.limits: dict[str, int | None] = {"up": up, "down": down}
        self.moved = {"up": 0, "down": 0}

    def limit(self, up: int | None, down: int | None) -> None:
        """Change the limits, also for what is under way."""
        now = time.monotonic()
        for direction, rate in (("up", up), ("down", down)):
            self._buckets[direction] = self._buckets[direction].with_rate(rate, now)
            self.limits[direction] = rate

    async def up(self, count: int) -> None:
        """Bytes went to the remote."""
        await self._take("up", count)

    async def down(self, count: int) -> None:
        """Bytes came from the remote."""
        await self._take("down", count)

    async def _take(self, direction: str, count: int) -> None:
        self.moved[direction] += count
        self._buckets[direction], wait = self._buckets[direction].take(count, time.monotonic())
        if wait > 0:
            await asyncio.sleep(wait)
