"""Which threads do the blocking work, and what happens to them at the end?

Daemon threads, unlike those of `concurrent.futures`: a thread that waits at MEGA for news or for a slow answer must not
hold up the end of the program, which has seconds after SIGTERM.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.transport import Stopped

T = TypeVar("T")
_Job = tuple["Future[Any]", Callable[..., Any], tuple[Any, ...]]


class Threads:
    """At most so many threads, started when they are needed."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._started = 0
        self._closed = False

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do it in a thread; only from the event loop."""
        if self._closed:
            raise Unreachable("the connection to MEGA was closed")
        future: Future[T] = Future()
        if not self._idle.acquire(blocking=False) and self._started < self._most:
            self._started += 1
            threading.Thread(target=self._serve, name=f"{self._name}-{self._started}", daemon=True).start()
        self._jobs.put((future, work, arguments))
        try:
            return await asyncio.wrap_future(future)
        except Stopped:
            raise Unreachable("the connection to MEGA was closed") from None

    def close(self) -> None:
        """Let the threads end once their work under way has ended."""
        self._closed = True
        for _ in range(self._started):
            self._jobs.put(None)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, work, arguments = job
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work(*arguments))
                except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets it
                    future.set_exception(error)
            # the job holds content, and its future the result, until the next one comes
            del job, future, work, arguments
            self._idle.release()
