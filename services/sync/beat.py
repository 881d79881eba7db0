"""What does sync ask of the interpreter, so that its event loop keeps its beat beside many threads?"""

import gc
import sys

SWITCH_SECONDS = 0.001
"""So long a thread may compute before another gets its turn. With Python's own 5 ms the loop, one of twenty threads
when small files go up, waited up to 50 ms for it."""


def keep() -> None:
    """Set the interpreter up; once, when all is imported."""
    # what was imported stays for good: without it, a full run of the collector holds the loop up 25 ms less
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
