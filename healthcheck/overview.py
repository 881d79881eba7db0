"""What does one glance at Helix show: the verdict in words, the programs, the folders, the last runs?

The dashboard and `GET /api/v1/status` show it, `/events` sends it when it changes. It is put together at most once a
second, and a sync that does not answer is not waited for: then there are no folders, and the verdict says why.
No file name is in it, for it is public.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from healthcheck import disk
from healthcheck.merge import parse
from healthcheck.redaction import Redaction
from healthcheck.watch import Watch
from helix.control import QUESTION_SECONDS, Control
from helix.core.health import Status, Verdict
from helix.core.wording import causes, headline, line
from helix.errors import Refused, Unreachable
from helix.release import Release

KEEP_SECONDS = 1.0
RUNS = 10

DISK_STEP = 16 * 1024**2
"""Free space is told in steps, or every listener would get a new overview each second."""

_WITH_NAMES = {"skipped": "skipped_count", "failed": "failed_count", "differing": "differing_count"}
"""Lists of file names in a folder, and in its comparison: each gives way to the count that stands beside it."""

Overview = dict[str, Any]


class Overviews:
    """Puts the overview together, once a second at most."""

    def __init__(
        self,
        *,
        watch: Watch,
        posted: Callable[[], Awaitable[Mapping[str, str]]],
        control: Control,
        release: Release,
        redact: Redaction,
        can_act: bool,
        space: Callable[[], disk.Space | None],
    ) -> None:
        self._watch = watch
        self._posted = posted
        self._control = control
        self._redact = redact
        self._space = space
        self._constant = {"version": release.version, "commit": release.commit, "actions": can_act}
        self._kept: tuple[float, Overview] | None = None
        self._turn = asyncio.Lock()

    async def get(self) -> Overview:
        """Give the overview, not older than a second."""
        async with self._turn:
            now = time.monotonic()
            if self._kept is None or now - self._kept[0] >= KEEP_SECONDS:
                self._kept = (now, await self.make())
            return self._kept[1]

    async def make(self) -> Overview:
        """Put the overview together now."""
        verdict = self._watch.verdict
        if verdict is None:
            return {**self._constant, **_before_the_first_verdict()}
        folders, runs = await self._ask_sync(verdict)
        space = self._space()
        made = {
            **self._constant,
            "status": verdict.status.value,
            "state": verdict.state.value,
            "ready": verdict.ready,
            "headline": headline(verdict),
            "causes": told(verdict),
            "programs": _programs(verdict, _restarts((await self._posted()).get("warden", ""))),
            "folders": folders,
            "runs": runs,
            "disk": None if space is None else {"free": space.free // DISK_STEP * DISK_STEP, "total": space.total},
        }
        return dict(redacted(made, self._redact))

    async def _ask_sync(self, verdict: Verdict) -> tuple[list[Overview] | None, list[Overview] | None]:
        """Ask sync for its folders and last runs, unless the verdict says that it would not answer."""
        answers = any(check.name == "program:sync" and check.status is Status.PASS for check in verdict.checks)
        if not answers:
            return None, None
        try:
            async with asyncio.timeout(QUESTION_SECONDS):
                status, history = await asyncio.gather(self._control.status(), self._control.history(limit=RUNS))
        except (Unreachable, Refused, TimeoutError):
            return None, None
        folders = [_public(folder) for folder in status.get("folders", ())]
        return folders, [dict(run) for run in history.get("runs", ())]


def redacted(value: Any, redact: Redaction) -> Any:
    """Take private texts out of every string in *value*."""
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {key: redacted(item, redact) for key, item in value.items()}
        case list() | tuple():
            return [redacted(item, redact) for item in value]
        case _:
            return value


def _before_the_first_verdict() -> Overview:
    return {
        "status": Status.FAIL.value,
        "state": "starting",
        "ready": False,
        "headline": "Helix is starting",
        "causes": [],
        "programs": [],
        "folders": None,
        "runs": None,
        "disk": None,
    }


def told(verdict: Verdict) -> list[Overview]:
    """Tell the causes, each as a line and in its parts."""
    return [
        {
            "status": check.status.value,
            "check": check.name,
            "output": check.output or check.name,
            "remedy": check.remedy,
            "line": line(check),
        }
        for check in causes(verdict)
    ]


def _programs(verdict: Verdict, restarts: Mapping[str, int]) -> list[Overview]:
    judged = {check.name.partition(":")[2]: check for check in verdict.checks if check.name.startswith("program:")}
    seen = {program.name: program for program in verdict.programs}
    return [
        {
            "name": name,
            "status": check.status.value,
            "state": str(check.observed_value or "unknown"),
            "since": seen[name].started_at if name in seen and seen[name].pid else None,
            "restarts": restarts.get(name, 0),
        }
        for name, check in judged.items()
    ]


def _restarts(posted: str) -> Mapping[str, int]:
    """Read the warden's counts, which it posts as metrics."""
    samples = [
        sample
        for family in parse("warden", posted).families
        for sample in family.samples
        if sample.name == "helix_program_restarts_total"
    ]
    return {sample.labels["program"]: int(sample.value) for sample in samples}


def _public(folder: Mapping[str, Any]) -> Overview:
    told = _counted(folder)
    return {**told, "verify": _counted(told["verify"]) if told.get("verify") else None}


def _counted(answer: Mapping[str, Any]) -> Overview:
    counts = {name: answer[count] for name, count in _WITH_NAMES.items() if name in answer}
    return {**{key: value for key, value in answer.items() if key not in _WITH_NAMES.values()}, **counts}
