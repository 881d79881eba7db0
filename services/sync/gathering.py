"""Where do the rows of one pass come from: directory by directory where both sides are disks, else path by path?

Disks are walked by processes of their own, unless both the journal and they themselves hold few paths. Whoever leaves a
pass calls `stop`: then no walker is left.
"""

import asyncio
from collections.abc import Generator
from itertools import chain

from helix.core.trees import Row, Side
from services.sync.gather import local_states, merge, remote_states
from services.sync.journal.journal import Journal
from services.sync.remotes.remote import Remote
from services.sync.scan import FEW, scan
from services.sync.stamped import Comparison, Tools


class Gathering:
    """The three trees of one pass."""

    def __init__(
        self, root: str, remote: Remote, journal: Journal, tools: Tools, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.unread = 0
        """How many rows of the journal were not read, because nothing about them has changed."""
        self._remote = remote
        self._journal = journal
        self._tools = tools
        apart = journal.holds(FEW)
        self._here = scan(root, tools.witness, tools.ignored, apart=apart)
        disk = remote.features.disk
        self._there = disk.scan(tools.there, tools.ignored, apart=apart) if disk else None
        self._loop = loop

    def rows(self) -> Generator[Row, None, None]:
        """The rows to look at, in walk order. Blocking: to be iterated in a thread, once."""
        if self._there is None:
            yield from merge(
                local_states(iter(self._here), self._tools.counts),
                remote_states(self._remote.listing("", self._tools.there), self._loop, self._tools.counts),
                self._journal.rows(),
                self._tools.suspicion,
            )
            return
        self._here.begin()
        self._there.begin()
        with self._journal.snapshot() as base:
            comparison = Comparison(self._here, self._there, base, self._tools)
            yield from comparison.rows()
            self.unread = comparison.unread

    def count(self) -> Side | None:
        """Count both sides, if they are disks and one holds nothing; gives the side that holds all. Blocking, once.

        None: both hold something, or neither does, or their tops can't be read; little was looked at then.
        """
        if self._there is None:
            return None
        self._here.begin()
        self._there.begin()
        here, there = iter(self._here), iter(self._there)
        top, top_there = next(here), next(there)
        if not (top.sound and top_there.sound) or (top.paths > 0) is (top_there.paths > 0):
            return None
        counts = self._tools.counts
        for directory in chain([top], here):
            counts.count_local(directory)
        for directory in chain([top_there], there):
            counts.count_remote(directory)
        return Side.LOCAL if top.paths else Side.REMOTE

    def stop(self) -> None:
        """End what still runs."""
        self._here.stop()
        if self._there is not None:
            self._there.stop()
