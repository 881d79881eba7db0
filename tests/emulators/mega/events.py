"""How does one client of an account learn what another one did?"""

import asyncio
from typing import Any

from tests.emulators.mega.codec import b64, unb64


class EventLog:
    """All events of one account with their sequence numbers; safe to publish from any thread."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def sn(self) -> str:
        """The sequence number after the newest event."""
        return _write(len(self._events))

    @property
    def waiting(self) -> int:
        """How many clients wait for something to happen."""
        return len(self._waiters)

    def publish(self, event: dict[str, Any]) -> None:
        """Appends, and wakes whoever waits."""
        self._events.append(event)
        self.wake()

    def wake(self) -> None:
        """Ends all waiting."""
        for loop, waiter in list(self._waiters):
            loop.call_soon_threadsafe(waiter.set)

    def since(self, sn: str) -> list[dict[str, Any]] | None:
        """Events after `sn`, or None if that is no number of this log."""
        try:
            position = _read(sn)
        except ValueError:
            return None
        return self._events[position:] if 0 <= position <= len(self._events) else None

    async def wait(self, sn: str, seconds: float) -> None:
        """Until something happens after `sn`, at most `seconds`."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        self._waiters.add(entry)
        try:
            if not self.since(sn):
                async with asyncio.timeout(seconds):
                    await entry[1].wait()
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(entry)


def _write(position: int) -> str:
    return b64((position + 1).to_bytes(8, "big"))


def _read(sn: str) -> int:
    return int.from_bytes(unb64(sn), "big") - 1
