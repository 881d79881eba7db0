"""What do the start-up probes find here and now? `python -m healthcheck.doctor` prints their checks as a JSON list.

`helix doctor` runs it in a fresh interpreter (docs/decisions/0007-doctor.md). The programs are probed with the
environment that `helix up` would give them: this Python first on PATH, every directory made.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from healthcheck.probes import database, port
from healthcheck.probes.probe import Place
from healthcheck.probes.suite import Timed, make_suite, run_probes
from helix import places, release
from helix.core.health import Check
from helix.errors import Unreachable
from helix.settings import Settings


async def examine(env: Mapping[str, str], *, root: Path, cwd: Path) -> tuple[Check, ...]:
    """Run every probe of *root* once, as if Helix were started with *env* from *cwd*."""
    path = os.path.dirname(sys.executable) + os.pathsep + env.get("PATH", os.defpath)
    place = Place(root, {**env, "PATH": path}, cwd)
    # a disk that hangs is told by the probes
    with suppress(Unreachable):
        await place.disk.do(lambda: _prepare(place.settings()))
    own = {"port": Timed(port.probe, 15.0), "database": Timed(database.probe, 60.0)}
    return await run_probes(place, {**make_suite(), **own})


def _prepare(settings: Settings | None) -> None:
    if settings is not None:
        places.prepare(settings)


def main() -> None:
    """Print what the probes found; that is the answer, whatever it is, so the exit status is 0."""
    checks = asyncio.run(examine(os.environ, root=release.ROOT, cwd=Path.cwd()))
    print(json.dumps([asdict(check) for check in checks]))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
