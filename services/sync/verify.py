"""Do both sides really hold the same content? Every file in sync is read on both sides, at a set rate.

Repairs nothing: a difference is reported. A path that changed since it was last in sync is the next pass's business
and no finding.
"""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import islice

from helix.core.trees import BaseState, Kind
from helix.errors import HelixError
from services.sync.apply.errors import LocalFailed
from services.sync.apply.local_side import LocalSide, threaded
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle
from services.sync.remotes.errors import Changed, Corrupt, Gone, ItemFailed, SourceChanged

RATE = 50 << 20
"""Bytes a second: transfers go first."""
GROUP = 100


@dataclass(slots=True)
class Verdict:
    """How far a comparison is, and what it found."""

    total: int
    started: float = field(default_factory=time.time)
    finished: float | None = None
    checked: int = 0
    bytes: int = 0
    differing: dict[str, str] = field(default_factory=dict)
    error: HelixError | None = None


class Verifier:
    """Compares one folder with its remote in the background."""

    def __init__(self, cycle: Cycle) -> None:
        self.verdict: Verdict | None = None
        self._cycle = cycle
        self._throttle = Throttle(RATE, RATE)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless a comparison is under way."""
        if self._task is None or self._task.done():
            self.verdict = Verdict(0)
            self._task = asyncio.create_task(self._run(self.verdict))

    async def stop(self) -> None:
        """Leave it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, verdict: Verdict) -> None:
        rows = self._cycle.journal.rows()
        try:
            while group := await asyncio.to_thread(lambda: list(islice(rows, GROUP))):
                for path, base, _ in group:
                    if base.kind is Kind.FILE:
                        verdict.total += 1
                        await self._one(verdict, path, base)
        except HelixError as error:
            verdict.error = error
        finally:
            verdict.finished = time.time()

    async def _one(self, verdict: Verdict, path: str, base: BaseState) -> None:
        side, remote = LocalSide(self._cycle.root, ""), self._cycle.remote
        try:
            local = await threaded(path, side.state, path)
            if (local.size, local.mtime_ns, local.inode) != (base.size, base.mtime_ns, base.inode):
                return
            source = side.source(path, local)
            digest = await threaded(path, source.digest)
            await self._throttle.up(base.size)
            same = await remote.matches(source, path, expect=base.etag, progress=self._throttle.down)
        except (Changed, Gone, SourceChanged, LocalFailed):
            return
        except Corrupt as error:
            verdict.differing[path] = error.message
        except ItemFailed as error:
            verdict.differing[path] = f"can't be read on the remote: {error.message}"
        else:
            verdict.checked += 1
            verdict.bytes += base.size
            if not same:
                verdict.differing[path] = "the remote's content differs from the local one"
            elif base.digest is not None and digest != base.digest:
                verdict.differing[path] = "both sides hold another content than when they were synced"
