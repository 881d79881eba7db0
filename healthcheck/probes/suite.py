"""Which probes are there, and how often are they run again?

They run side by side. The first round decides the start; later rounds notice what breaks, or heals, while running:
the cheap ones every few seconds, those that read or import much more rarely.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from healthcheck.probes import directories, files, imports, programs, settings
from healthcheck.probes.distributions import Distributions
from healthcheck.probes.probe import Finding, Place, Probe
from helix.core.health import Check, Status
from helix.errors import Unreachable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timed:
    """A probe, the seconds between two runs of it, and the seconds that one run may take.

    It runs again at once when one of the probes in `after` finds something else than before.
    """

    run: Probe
    period: float
    limit: float = 60.0
    after: tuple[str, ...] = ()


def make_suite() -> Mapping[str, Timed]:
    """Give the probes anew; some of them remember what they found right."""
    return {
        "imports": Timed(imports.probe, 60.0, after=("files", "distributions")),
        "files": Timed(files.probe, 5.0),
        "distributions": Timed(Distributions(), 15.0),
        "settings": Timed(settings.probe, 30.0),
        "directories": Timed(directories.probe, 5.0),
        "programs": Timed(programs.probe, 15.0),
    }


async def run_probe(name: str, timed: Timed, place: Place) -> Check:
    """Run one probe; a probe that does not end in time has found something too."""
    try:
        async with asyncio.timeout(timed.limit):
            finding = await timed.run(place)
    except TimeoutError:
        output = f"the probe {name} has not ended within {timed.limit:.0f} s"
        finding = Finding(Status.FAIL, output, "give the machine more processor time, or look for a hung disk")
    except Unreachable as silent:
        finding = Finding(Status.FAIL, silent.message, silent.remedy)
    # damage takes shapes that nobody thought of; a server that dies of one could not name it
    except Exception as error:
        log.exception("probe_broke", extra={"probe": name})
        output = f"the probe {name} met what it can't read: {type(error).__name__}: {error}"
        finding = Finding(Status.FAIL, output, "rebuild the image")
    return finding.check(name, time.time())


async def run_probes(place: Place, suite: Mapping[str, Timed]) -> tuple[Check, ...]:
    """Run every probe once, side by side."""
    return tuple(await asyncio.gather(*(run_probe(name, timed, place) for name, timed in suite.items())))


class Prober:
    """Runs the probes for ever and keeps what each found last; `finished` is set when each has ended once."""

    def __init__(self, place: Place, suite: Mapping[str, Timed]) -> None:
        self._place = place
        self._suite = suite
        self._found: dict[str, Check] = {}
        self._created = time.monotonic()
        self._kicks = {name: asyncio.Event() for name in suite}
        self.seconds: float | None = None
        self.finished = asyncio.Event()

    @property
    def checks(self) -> tuple[Check, ...]:
        """Give what each probe found last, in the order of the suite."""
        return tuple(self._found[name] for name in self._suite if name in self._found)

    async def run(self) -> None:
        """Run every probe, each at its own pace, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, timed in self._suite.items():
                group.create_task(self._repeat(name, timed), name=f"probe {name}")

    async def _repeat(self, name: str, timed: Timed) -> None:
        while True:
            kick = self._kicks[name]
            kick.clear()
            self._keep(name, await run_probe(name, timed, self._place))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timed.period):
                    await kick.wait()

    def _keep(self, name: str, check: Check) -> None:
        before = self._found.get(name)
        self._found[name] = check
        if not self.finished.is_set() and len(self._found) == len(self._suite):
            self.seconds = time.monotonic() - self._created
            self.finished.set()
            log.info("probes_done", extra={"seconds": round(self.seconds, 3)})
        if before is not None and before.output != check.output:
            for other, timed in self._suite.items():
                if name in timed.after:
                    self._kicks[other].set()
        if before is None or before.status is not check.status:
            level = logging.INFO if check.status is Status.PASS else logging.ERROR
            facts = {"status": check.status.value, "output": check.output, "remedy": check.remedy}
            log.log(level, "probe_ended", extra={"probe": name, **facts})
