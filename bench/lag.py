"""By how much does an event loop come round late, and whose doing is it?

A loop that sleeps for five milliseconds wakes late when a step on it is long, when other threads of its program hold
the interpreter's lock, and when other programs have the machine. The last is not its fault: it is what the loop's
thread waits in the queue for a processor, as Linux counts it; an idle loop beside it is late by that, too.
"""

import asyncio
import sys
import time
from pathlib import Path

STEP_SECONDS = 0.005
_QUEUE = Path("/proc/thread-self/schedstat")


async def lag() -> dict[str, float]:
    """Milliseconds by which the loop came round late at worst until it is cancelled: `lag` in all, `own` at most by us.

    `own` is late time without the wait for a processor, and no longer than this process used one meanwhile.
    """
    worst, own = 0.0, 0.0
    try:
        while True:
            due, used, queued = time.monotonic() + STEP_SECONDS, time.process_time(), _queued()
            await asyncio.sleep(STEP_SECONDS)
            late, used, queued = time.monotonic() - due, time.process_time() - used, _queued() - queued
            worst, own = max(worst, late), max(own, min(late - queued, used))
    except asyncio.CancelledError:
        return {"lag": worst * 1000, "own": own * 1000}


async def idle() -> dict[str, float]:
    """The same of a loop that has nothing to do, until a line comes in."""
    watching = asyncio.create_task(lag())
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    watching.cancel()
    return await watching


def _queued() -> float:
    """Seconds that this thread has waited for a processor so far."""
    return int(_QUEUE.read_text().split()[1]) / 1e9
