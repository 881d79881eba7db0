"""Is somebody already doing this?

One job a resource: a second one is refused with who started the first and when, rather than queued behind it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from helix.errors import Refused


@dataclass(frozen=True, slots=True)
class Job:
    """What runs, since when (seconds since the epoch), and who started it (a Discord user id)."""

    name: str
    since: float
    starter_id: int


class Jobs:
    """The jobs that run now, by resource."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._running: dict[str, Job] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    async def idle(self) -> None:
        """Wait until no job runs."""
        await self._idle.wait()

    @contextmanager
    def hold(self, resource: str, starter_id: int) -> Iterator[Job]:
        """Hold *resource* for the length of the block. Raises `Refused` when somebody else holds it."""
        job = self._running.get(resource)
        if job is not None:
            raise Refused(
                f"{job.name} already runs, since <t:{job.since:.0f}:R>, started by <@{job.starter_id}>",
                remedy="wait for its result",
                code="busy",
            )
        self._running[resource] = Job(resource, self._clock(), starter_id)
        self._idle.clear()
        try:
            yield self._running[resource]
        finally:
            del self._running[resource]
            if not self._running:
                self._idle.set()
