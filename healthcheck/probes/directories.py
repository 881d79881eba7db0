"""Can every directory that Helix writes to really be written?

A file is made, read back and deleted, for permissions alone tell nothing of a read-only mount or a full disk.
The missing directory that stopped a start is no. 20 of the recorded failures; here it is made, or named.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

from healthcheck import disk
from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.core.health import Status
from helix.settings import Settings

MARK = b"helix"


async def probe(place: Place) -> Finding:
    """Write to each directory of the settings."""
    settings = place.settings()
    if settings is None:
        return passed("not looked at: the settings that name them are wrong")
    return await asyncio.to_thread(_look, settings)


def _look(settings: Settings) -> Finding:
    space = disk.check(disk.measure(settings.home), time.time())
    if space.status is Status.FAIL:
        return Finding(Status.FAIL, space.output, space.remedy)
    return sum_up([fault for name, path in _directories(settings) for fault in _try(name, path)])


def _directories(settings: Settings) -> Iterator[tuple[str, Path]]:
    yield "run", settings.run_dir
    yield "journal", settings.journal_dir
    for folder in settings.folders:
        yield f"folder {folder.name}", folder.local
        kind, _, path = folder.remote.partition(":")
        if kind == "local":
            yield f"remote of folder {folder.name}", Path(path)


def _try(name: str, path: Path) -> Iterator[Fault]:
    remedy = "mount the volume writable for the user that runs Helix, or correct HELIX_HOME and HELIX_FOLDER"
    try:
        path.mkdir(parents=True, exist_ok=True)
        _write_and_delete(path / f".helix-probe-{os.getpid()}")
    except OSError as error:
        yield Fault(f"the {name} directory can't be written: {error.strerror}", remedy)


def _write_and_delete(file: Path) -> None:
    try:
        file.write_bytes(MARK)
        if file.read_bytes() != MARK:
            raise OSError(0, "what was written is not what is read")
    finally:
        file.unlink(missing_ok=True)
