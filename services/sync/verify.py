"""Do both sides really hold the same content? Every file in sync is read on both sides, at a set rate.

Repairs nothing: a difference is reported. A path that changed since it was last in sync is the next pass's business
and no finding. What was found stands in the journal, so a restart forgets nothing, and a comparison that it broke off
is said to be.
"""

import asyncio
import contextlib
import json
import time
from dataclasses import asdict, dataclass, field, replace
from itertools import islice

from helix.core.trees import BaseState, Kind
from helix.errors import HelixError
from services.sync.apply.errors import LocalFailed
from services.sync.apply.local_side import LocalSide, threaded
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle
from services.sync.journal import history
from services.sync.journal.errors import JournalFailed
from services.sync.remotes.errors import Changed, Corrupt, Gone, ItemFailed, SourceChanged, SourceUnreadable

RATE = 50 << 20
"""Bytes a second: transfers go first."""
GROUP = 100
SAVE_SECONDS = 5.0
FACT = "verify"
_BROKEN_OFF = "nothing was changed: begin it again with `helix sync verify`"


@dataclass(slots=True)
class Verdict:
    """How far a comparison is, and what it found."""

    total: int
    """How many files are to be compared."""
    started: float = field(default_factory=time.time)
    finished: float | None = None
    checked: int = 0
    skipped: int = 0
    """Files that changed since they were last in sync: the next pass's business."""
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

    async def recall(self) -> None:
        """Know again what the last comparison found, if the journal does. Raises `JournalFailed`."""
        text = await asyncio.to_thread(self._cycle.journal.fact, FACT)
        if self.verdict is None and text:
            self.verdict = _decode(text)

    async def stop(self) -> None:
        """Leave it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, verdict: Verdict) -> None:
        try:
            await self._compare(verdict)
        except HelixError as error:
            verdict.error = error
        verdict.finished = time.time()
        with contextlib.suppress(JournalFailed):  # its own check tells; the verdict is in the status
            await self._save(verdict)

    async def _compare(self, verdict: Verdict) -> None:
        rows = self._cycle.journal.rows()
        verdict.total, _ = await asyncio.to_thread(history.totals, self._cycle.journal)
        await self._save(verdict)
        saved = time.monotonic()
        while group := await asyncio.to_thread(lambda: list(islice(rows, GROUP))):
            for path, base, _ in group:
                if base.kind is Kind.FILE:
                    await self._one(verdict, path, base)
            if time.monotonic() - saved > SAVE_SECONDS:
                await self._save(verdict)
                saved = time.monotonic()

    async def _save(self, verdict: Verdict) -> None:
        statement = "INSERT OR REPLACE INTO facts VALUES (?,?)"
        await asyncio.to_thread(self._cycle.journal.change, statement, FACT, _encode(verdict))

    async def _one(self, verdict: Verdict, path: str, base: BaseState) -> None:
        side, remote = LocalSide(self._cycle.root, ""), self._cycle.remote
        try:
            local = await threaded(path, side.state, path)
            if (local.size, local.mtime_ns, local.inode) != (base.size, base.mtime_ns, base.inode):
                verdict.skipped += 1
                return
            source = side.source(path, local)
            digest = await threaded(path, source.digest)
            await self._throttle.up(base.size)
            same = await remote.matches(source, path, expect=base.etag, progress=self._throttle.down)
        except (Changed, Gone, SourceChanged, LocalFailed):
            verdict.skipped += 1
        except Corrupt as error:
            verdict.differing[path] = error.message
        except SourceUnreadable as error:
            verdict.differing[path] = f"here {error.message}"
        except ItemFailed as error:
            verdict.differing[path] = f"can't be read on the remote: {error.message}"
        else:
            verdict.checked += 1
            verdict.bytes += base.size
            if found := _finding(digest, base.digest, same=same):
                verdict.differing[path] = found


def _finding(digest: str, before: str | None, *, same: bool) -> str:
    """What is wrong, and on which side; empty if all is well."""
    if same:
        return "" if before in (None, digest) else "both sides hold another content than when they were synced"
    if before is None:
        return "the two sides differ, and nothing tells which one was damaged"
    if digest == before:
        return "damaged on the remote: its content is another than was stored, though it bears the same version"
    return "damaged here: the content is another than was synced, though size and date are the same"


def _encode(verdict: Verdict) -> str:
    body = asdict(replace(verdict, error=None))
    error = [verdict.error.message, verdict.error.remedy] if verdict.error else None
    return json.dumps({**body, "error": error})


def _decode(text: str) -> Verdict:
    """The verdict as it was saved; one that had not ended was broken off."""
    body = json.loads(text)
    error = HelixError(body["error"][0], remedy=body["error"][1]) if body["error"] else None
    verdict = Verdict(**{**body, "error": error})
    if verdict.finished is None:
        done = f"the program stopped after {verdict.checked:,} of {verdict.total:,} files"
        verdict.error = HelixError(done, remedy=_BROKEN_OFF)
        verdict.finished = verdict.started
    return verdict
