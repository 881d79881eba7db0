"""Does rclone still answer while nobody has anything for it to do?

A stopped rclone would else be noticed at its next use only, and the folder be called ready until then. So it is asked
now and then; when it falls silent, and when it is back, the folder gets a pass, which says what is wrong or that all is
well.
"""

import asyncio
from collections.abc import AsyncIterator

from services.sync.hints import EVERYWHERE, Hint
from services.sync.remotes.errors import Unreachable
from services.sync.remotes.rclone.rc import Rc

EVERY_SECONDS = 15.0
"""How long nobody notices."""

PATIENCE_SECONDS = 10.0
"""An rclone that is only busy answers within that; else the pass finds out."""


async def pulse(rc: Rc) -> AsyncIterator[Hint]:
    """A hint whenever rclone has stopped answering, or answers again."""
    alive = True
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        before, alive = alive, await _answers(rc)
        if alive != before:
            yield EVERYWHERE


async def _answers(rc: Rc) -> bool:
    try:
        await rc.call("rc/noop", {}, seconds=PATIENCE_SECONDS)
    except Unreachable:
        return False
    return True
