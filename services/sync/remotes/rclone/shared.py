"""How do many who want the same look share it, so that each still gets one that began after he asked?

Whoever asks while a look is running takes the next one. So a look shows all that was there when it was asked for, and
while one runs all others wait for a single one more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Looks of one kind, one at a time."""

    def __init__(self, look: Callable[[], Awaitable[T]]) -> None:
        self._look = look
        self._running: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def look(self) -> T:
        """The result, or the error, of a look that begins from now on."""
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
            self._next.add_done_callback(noted)
        # another may wait for it too
        return await asyncio.shield(self._next)

    @property
    def idle(self) -> bool:
        """Nobody waits for a look."""
        return self._next is None and (self._running is None or self._running.done())

    async def _after(self, before: "asyncio.Task[T] | None") -> T:
        if before is not None:
            await asyncio.wait({before})
        self._running, self._next = self._next, None
        return await self._look()


class SharedByKey(Generic[T]):
    """The same for looks at several things, each shared for itself."""

    def __init__(self, look: Callable[[str], Awaitable[T]]) -> None:
        self._look = look
        self._looks: dict[str, Shared[T]] = {}

    async def look(self, key: str) -> T:
        """The result, or the error, of a look at that thing which begins from now on."""
        shared = self._looks.setdefault(key, Shared(partial(self._look, key)))
        try:
            return await shared.look()
        finally:
            if shared.idle:
                self._looks.pop(key, None)


def noted(task: "asyncio.Task[T]") -> None:
    """Take note of an error that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
