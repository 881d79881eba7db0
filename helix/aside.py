"""How is a disk asked that may never answer?

A network volume that hangs holds up whoever looks at it, without an end and without an error. `Aside` does one
blocking job at a time in a thread of its own and waits for it a few seconds at most; while a job hangs no other is
begun, so that a hanging disk holds one thread and nobody else. The threads are daemons: they don't hold up the end of
the program.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from helix.core.health import DISK_SILENT
from helix.errors import Unreachable

T = TypeVar("T")

PATIENCE_SECONDS = 3.0


class Aside:
    """Does blocking jobs aside, one after the other; use from one event loop."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._under_way: asyncio.Future[None] | None = None
        self._hangs = False

    async def do(self, job: Callable[[], T]) -> T:
        """Do *job* and give what it gives, or raise what it raises; `Unreachable` when it takes too long.

        While an earlier job hangs, `Unreachable` comes at once.
        """
        async with self._turn:
            if self._under_way is not None:
                # one whose caller was cancelled may still be busy, and is given its time
                await self._wait_for(self._under_way)
            future: Future[T] = Future()
            threading.Thread(target=_carry_out, args=(job, future), name="aside", daemon=True).start()
            wrapped = asyncio.wrap_future(future)
            self._under_way = asyncio.ensure_future(_ended(wrapped))
            await self._wait_for(self._under_way)
            return wrapped.result()

    async def _wait_for(self, under_way: "asyncio.Future[None]") -> None:
        if not under_way.done() and not self._hangs:
            await asyncio.wait([under_way], timeout=self._seconds)
        self._hangs = not under_way.done()
        if self._hangs:
            raise Unreachable(DISK_SILENT.output, remedy=DISK_SILENT.remedy)


async def _ended(job: "asyncio.Future[T]") -> None:
    """Wait for the end of *job*, whatever it is: nobody may ask any more for what it gave or raised."""
    await asyncio.wait([job])
    if not job.cancelled():
        job.exception()


def _carry_out(job: Callable[[], T], future: "Future[T]") -> None:
    try:
        future.set_result(job())
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets it
        future.set_exception(error)
