"""How slow is the line, and when is a client too fast?"""

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Callable

from aiohttp import web

from tests.emulators.mega.settings import Limits


class Line:
    """Latency for each request and each new connection, and one shared bandwidth each way."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()
        self._free_at = {"up": 0.0, "down": 0.0}

    async def travel(self, request: web.Request) -> None:
        """The round trips that this request costs."""
        if not self._limits.latency:
            return
        trips = 1
        if request.transport is not None and request.transport not in self._known:
            self._known.add(request.transport)
            trips += self._limits.connect_round_trips
        await asyncio.sleep(trips * self._limits.latency)

    async def carry(self, direction: str, size: int) -> None:
        """Waits until `size` bytes have gone through, behind those that were there first."""
        rate = self._limits.up_bytes_per_second if direction == "up" else self._limits.down_bytes_per_second
        if rate is None or not size:
            return
        now = time.monotonic()
        self._free_at[direction] = max(now, self._free_at[direction]) + size / rate
        await asyncio.sleep(self._free_at[direction] - now)


class Rate:
    """Requests in the last second."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._times: deque[float] = deque()

    def exceeded(self) -> bool:
        """Counts one request; is it one too many?"""
        allowed = self._limits.requests_per_second
        if allowed is None:
            return False
        now = self._clock()
        while self._times and self._times[0] <= now - 1.0:
            self._times.popleft()
        if len(self._times) >= allowed:
            return True
        self._times.append(now)
        return False
