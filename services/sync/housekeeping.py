"""What is done for a folder once an hour, and need not be done in time?"""

import logging
import time

from helix.errors import HelixError
from helix.settings import Folder
from services.sync.remotes.remote import Remote
from services.sync.standing import Standing
from services.sync.trash import Trash

log = logging.getLogger(__name__)

HOUR = 3600.0


class Housekeeping:
    """The trash lets go of what is old, and the remote is asked how full it is; the writer's business."""

    def __init__(self, folder: Folder, remote: Remote, trash: Trash) -> None:
        self._folder = folder
        self._remote = remote
        self._trash = trash
        self._done_at = float("-inf")

    async def run(self, standing: Standing) -> None:
        """Do it if its hour has come. Never raises what a remote may: the next hour tries again."""
        if time.monotonic() - self._done_at < HOUR:
            return
        self._done_at = time.monotonic()
        try:
            standing.quota = await self._remote.quota()
            await self._trash.expire(self._folder.trash_days, time.time())
        except HelixError as error:
            log.warning("expiry_failed", extra={"folder": self._folder.name, "cause": str(error)})
