"""How are both sides compared whole: what is to be done, and, where that is too much to be held, part by part?

The comparison runs in a thread; it ends soon after whoever asked for it has gone.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Generator, Iterator
from dataclasses import replace

from helix.core.cases import Rules
from helix.core.parts import HELD, NAMED, PART, first_copy, in_parts, survey
from helix.core.plan import Plan, plan
from helix.core.trees import Row
from services.sync.gathering import Gathering
from services.sync.journal.journal import Journal
from services.sync.remotes.remote import Remote
from services.sync.scan import holds
from services.sync.stamped import Tools

END_SECONDS = 5.0
"""The wait for a comparison that was broken off; one that a slow remote holds ends with that."""


class Stopped(Exception):
    """The program is stopping; the pass was left."""


class Whole:
    """Both sides of one folder, and what the journal knows of them."""

    def __init__(self, root: str, remote: Remote, journal: Journal) -> None:
        self._root = root
        self._remote = remote
        self._journal = journal

    async def plan(self, rules: Rules, tools: Tools, *, all_held: bool) -> Plan:
        """What is to be done. `all_held`: every action is named, however many. Else it may raise `NeedsAll`."""
        abandoned = threading.Event()
        gathering = await self._gathering(tools)

        def decide() -> Plan:
            with contextlib.closing(gathering.rows()) as rows:
                seen = _until(rows, abandoned)
                decided = plan(seen, rules) if all_held else survey(seen, rules, held=HELD, part=PART, named=NAMED)
            return replace(decided, known=decided.known + gathering.unread)

        try:
            return await asyncio.to_thread(decide)
        finally:
            abandoned.set()
            gathering.stop()

    async def may_be_first_copy(self) -> bool:
        """Whether nothing was ever in sync, and a disk holds more than can be held. Looks no further than it must."""
        return await asyncio.to_thread(self._may_be_first_copy)

    async def first_copy(self, rules: Rules, tools: Tools) -> Plan | None:
        """What is to be done, from a mere count, where it may be a first copy; None if neither disk is empty."""
        if not tools.ignored.is_empty:
            return None
        gathering = await self._gathering(tools)
        try:
            source = await asyncio.to_thread(gathering.count)
        finally:
            gathering.stop()
        return first_copy(source, tools.counts.amount_on(source), rules) if source else None

    async def parts(self, rules: Rules, tools: Tools) -> AsyncGenerator[Plan, None]:
        """A plan with a rest, part by part, compared anew: while one part is carried out, the next one is decided."""
        abandoned = threading.Event()
        gathering = await self._gathering(tools)

        def decide() -> Generator[Plan, None, None]:
            with contextlib.closing(gathering.rows()) as rows:
                yield from in_parts(_until(rows, abandoned), rules, part=PART)

        deciding, loop = decide(), asyncio.get_running_loop()
        coming = loop.run_in_executor(None, next, deciding, None)
        try:
            while (part := await asyncio.shield(coming)) is not None:
                coming = loop.run_in_executor(None, next, deciding, None)
                yield part
        finally:
            abandoned.set()
            gathering.stop()
            done, _ = await asyncio.wait([coming], timeout=END_SECONDS)
            for one in done:
                one.exception()  # whoever still waits for a part has heard of it
                deciding.close()

    def _may_be_first_copy(self) -> bool:
        disk = self._remote.features.disk
        if disk is None or self._journal.holds(1):
            return False  # as nearly always: then neither disk is walked for the question
        return any(holds(root, HELD + 1) for root in (self._root, disk.root))

    async def _gathering(self, tools: Tools) -> Gathering:
        loop = asyncio.get_running_loop()
        return await asyncio.to_thread(Gathering, self._root, self._remote, self._journal, tools, loop)


def _until(rows: Iterator[Row], abandoned: threading.Event) -> Iterator[Row]:
    """The rows, until the pass is abandoned: a thread can't be cancelled, so it asks."""
    for number, row in enumerate(rows):
        if not number % 1024 and abandoned.is_set():
            raise Stopped
        yield row
