"""Wait for a condition with a deadline; the failure says what was seen last."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from helix.errors import Unreachable
from tests.running.patience import Patience

T = TypeVar("T")

DEADLINE_SECONDS = 30.0
NOT_YET = (AssertionError, OSError, Unreachable)


def eventually(look: Callable[[], T], *, within: float = DEADLINE_SECONDS, what: str = "") -> T:
    """Look again and again until *look* gives something true; an error of whom it asks counts as not yet."""
    patience = Patience(within)
    seen: object = None
    while True:
        try:
            seen = look()
            if seen:
                return seen  # type: ignore[return-value]
        except NOT_YET as error:
            seen = error
        if patience.ended:
            raise AssertionError(f"not within {within} s: {what or look}; last seen: {seen!r}")
        time.sleep(0.05)


async def eventually_async(look: Callable[[], Awaitable[T]], *, within: float = DEADLINE_SECONDS, what: str = "") -> T:
    """Look again and again, as `eventually` does, without blocking the event loop."""
    patience = Patience(within)
    seen: object = None
    while not patience.ended:
        try:
            seen = await look()
            if seen:
                return seen  # type: ignore[return-value]
        except NOT_YET as error:
            seen = error
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {within} s: {what or look}; last seen: {seen!r}")
