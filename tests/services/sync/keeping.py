"""A keeper at work on a folder and a remote, mostly in memory, which can die and come back on the same disk."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from helix.core.guards import Trip
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle
from services.sync.journal.journal import Journal
from services.sync.keeper import Keeper
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.remotes.remote import Remote
from tests.contracts.lease_contract import past_life
from tests.services.sync.running import eventually
from tests.services.sync.world import folder

_lives = count()


@asynccontextmanager
async def keeping(
    base: Path, remote: Remote, throttle: Throttle | None = None, **changes: object
) -> AsyncIterator[Keeper]:
    """A keeper at work; it ends as by a kill: what was not written is lost."""
    settings = folder(base / "here", **{"scan_seconds": 0.2, **changes})
    journal = Journal(str(base / "journal.db"))
    cycle = Cycle(settings, remote, journal, throttle or Throttle(), lambda: False)
    keeper = Keeper(cycle, RemoteFileStore(remote), f"me@{past_life(next(_lives))}")
    task = asyncio.create_task(keeper.run())
    try:
        yield keeper
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        journal.forget_pending()
        journal.close()


async def tripped(keeper: Keeper) -> Trip:
    """Wait until a rail has stopped the folder; give its trip."""
    keeper.hint()
    await eventually(lambda: keeper.standing.trip is not None, "a rail trips")
    assert keeper.standing.trip is not None
    return keeper.standing.trip


async def at_rest(keeper: Keeper) -> None:
    """Wait until a pass that began from now on has ended well."""
    assert (await keeper.ask()).outcome in ("done", "nothing")
