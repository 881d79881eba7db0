"""What is done for a folder once an hour, and need not be done in time?"""

import asyncio
import contextlib
import logging
import time
from datetime import timedelta

from helix.errors import HelixError
from helix.settings import Folder
from services.sync.journal.errors import JournalFailed
from services.sync.journal.journal import Journal
from services.sync.remotes.remote import Remote
from services.sync.standing import Standing
from services.sync.sure_time import SureTime
from services.sync.trash import Trash

log = logging.getLogger(__name__)

HOUR = 3600.0


class Housekeeping:
    """The trash lets go of what is old, and the remote is asked how full it is; the writer's business."""

    def __init__(self, folder: Folder, remote: Remote, journal: Journal, trash: Trash) -> None:
        self._folder = folder
        self._remote = remote
        self._trash = trash
        self._journal = journal
        self._sure_time = SureTime(journal)
        self._done_at = float("-inf")

    async def begin(self) -> None:
        """Before a pass is made: index what a new journal does not know of, and look at the clock.

        What the first pass itself puts into the trash must tell no time.
        """
        if await asyncio.to_thread(self._journal.fact, "identity") is None:
            await self._trash.index()
        with contextlib.suppress(JournalFailed):  # the pass will say so, if it has anything to write
            await self._look_at_clock()

    async def run(self, standing: Standing) -> None:
        """Do it if its hour has come. Never raises what a remote may: the next hour tries again."""
        if time.monotonic() - self._done_at < HOUR:
            return
        self._done_at = time.monotonic()
        try:
            standing.quota = await self._remote.quota()
            await self._trash.expire(self._folder.trash_days, await self._look_at_clock())
        except HelixError as error:
            log.warning("expiry_failed", extra={"folder": self._folder.name, "cause": str(error)})

    async def _look_at_clock(self) -> float:
        keep = timedelta(days=self._folder.trash_days).total_seconds()
        return await asyncio.to_thread(self._sure_time.look, keep)
