"""Which changes go on although nobody waits for them any more?

A change whose caller was cancelled may be on its way to MEGA. It is brought to its end, so that the tree learns what
became of it, and nothing that needs a calm tree begins before that.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


class Orphans:
    """The changes without a caller."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()

    async def surely(self, work: Coroutine[Any, Any, T]) -> T:
        """Bring a change to its end even if the caller is cancelled."""
        task = asyncio.create_task(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                self.tasks.add(task)
                task.add_done_callback(self._bury)
            raise

    async def calm(self) -> None:
        """Return when there is none."""
        while self.tasks:
            await asyncio.wait(self.tasks)

    def _bury(self, task: "asyncio.Task[Any]") -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.debug("mega_change_abandoned", extra={"reason": str(task.exception())})
