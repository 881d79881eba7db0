"""How are pieces of one file moved side by side, so that one failure or a cancel ends them all?"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
Job = Callable[[], Awaitable[T]]

AT_ONCE = 4


async def side_by_side(jobs: Sequence[Job[T]], at_once: int = AT_ONCE) -> list[T]:
    """Run the jobs, a few at a time; their results in order."""
    return [result async for result in in_order(jobs, at_once)]


async def in_order(jobs: Iterable[Job[T]], at_once: int = AT_ONCE) -> AsyncIterator[T]:
    """Run the jobs ahead, a few at a time, and give each result in its turn."""
    running: deque[asyncio.Future[T]] = deque()
    try:
        for job in jobs:
            running.append(asyncio.ensure_future(job()))
            if len(running) >= at_once:
                yield await running[0]
                running.popleft()
        while running:
            yield await running[0]
            running.popleft()
    finally:
        for future in running:
            future.cancel()
        await asyncio.gather(*running, return_exceptions=True)
