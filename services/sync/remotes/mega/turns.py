"""Who may go on: many changes side by side, or one listing alone?

A listing that runs beside a change of ours may miss it, and the tree that knows it is given up for the listing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Lets changes pass together, and a listing only when none is under way."""

    def __init__(self) -> None:
        self._listing = asyncio.Lock()
        self._changes = 0
        self._none = asyncio.Event()
        self._none.set()

    @property
    def changing(self) -> bool:
        """Whether a change is under way."""
        return self._changes > 0

    @asynccontextmanager
    async def change(self) -> AsyncIterator[None]:
        """Wait for the end of a listing; the tree has to learn of the change without a pause after this."""
        async with self._listing:
            self._changes += 1
            self._none.clear()
        try:
            yield
        finally:
            self._changes -= 1
            if not self._changes:
                self._none.set()

    @asynccontextmanager
    async def listing(self) -> AsyncIterator[None]:
        """Wait for the end of all changes and let none begin."""
        async with self._listing:
            await self._none.wait()
            yield
