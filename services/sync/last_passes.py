"""What does a folder still do when the program is told to stop?

On a throw-away disk it is the last chance of everything that the remote does not hold yet. So a folder in error is
tried once more, since its remote may be back; and it goes on as long as there is time and another pass may do more:
after a conflict, whose copy only the next pass uploads, after files that changed meanwhile, and while the remote may
answer soon.
"""

import asyncio
from collections.abc import Callable

from services.sync.keeper import Keeper
from services.sync.remotes.errors import Throttled, Unreachable
from services.sync.standing import Phase, Standing

PAUSE_SECONDS = 0.5


async def last_passes(keeper: Keeper, time_is_up: Callable[[], bool]) -> None:
    """Flush what can be flushed; a paused or guarded folder waits for a person, and does so in the next life."""
    while not keeper.paused and keeper.standing.phase is not Phase.GUARDED:
        await keeper.flush()
        if time_is_up() or not _more_to_do(keeper.standing):
            return
        await asyncio.sleep(PAUSE_SECONDS)


def _more_to_do(standing: Standing) -> bool:
    return standing.unfinished or isinstance(standing.error, Unreachable | Throttled)
