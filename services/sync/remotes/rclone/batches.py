"""How do many small commands share one request to rclone?

A request costs more than what rclone does for a small file. Those that come while requests are under way go together in
the next one, and rclone carries them out side by side.
"""

import asyncio
from typing import Any

from services.sync.remotes.rclone.failures import translated
from services.sync.remotes.rclone.orders import Step
from services.sync.remotes.rclone.place import Place
from services.sync.remotes.rclone.rc import RcError
from services.sync.remotes.rclone.shared import noted

REQUESTS = 2
"""So many requests are under way at once."""

SIDE_BY_SIDE = 4
"""So many commands of one request: together as many as rclone itself works on."""

MOST = 32
"""The most commands of one request."""

SECONDS = 900.0
"""A request's end; rclone itself bounds each command in it, and is asked meanwhile whether it is alive."""

_NOTHING: Step = {"_path": "rc/noop"}


class Batches:
    """Commands for one place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._slots = asyncio.Semaphore(REQUESTS)
        self._gathering: _Request | None = None

    async def run(self, step: Step, what: str) -> dict[str, Any]:
        """Carry out one command; errors come translated. When cancelled, it has not begun or has come to its end."""
        request = self._gathering
        if request is None or len(request.steps) == MOST:
            request = self._gathering = _Request()
            request.answers = asyncio.create_task(self._send(request))
            request.answers.add_done_callback(noted)
        place = len(request.steps)
        request.steps.append(step)
        result = await request.answer(place)
        if "error" in result:
            raise translated(RcError.of(step["_path"], result), what)
        return result

    async def _send(self, request: "_Request") -> list[dict[str, Any]]:
        async with self._slots:
            if self._gathering is request:
                self._gathering = None
            request.begun = True
            what = f"{len(request.steps)} commands at once"
            return await self._place.together(request.steps, what, side_by_side=SIDE_BY_SIDE, seconds=SECONDS)


class _Request:
    """Commands that go together."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.begun = False
        self.answers: asyncio.Task[list[dict[str, Any]]]

    async def answer(self, place: int) -> dict[str, Any]:
        """What came of the command at that place."""
        try:
            return (await asyncio.shield(self.answers))[place]
        except asyncio.CancelledError:
            if self.begun:
                await asyncio.wait({self.answers})
            else:
                self.steps[place] = _NOTHING
            raise
