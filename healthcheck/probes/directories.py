"""Can every directory that Helix writes to really be written?

A file is written, read back and taken away, for permissions alone tell nothing of a read-only mount or a full disk.
Nothing is made here: an empty directory in the place of a volume that is not mounted would be taken for the files.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from healthcheck import disk
from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.core.health import Status
from helix.errors import Unreachable
from helix.settings import Settings

BLOCK = b"helix" * 1024
MISSING = "mount the volume that holds it, or correct HELIX_HOME and HELIX_FOLDER; a restart makes what is missing"
OF_HOME = ("run", "journal")


async def probe(place: Place) -> Finding:
    """Write to each directory of the settings."""
    looked_at: list[str] = []
    try:
        return await place.disk.do(lambda: _look(place.settings(), looked_at))
    except Unreachable as silent:
        if not looked_at or looked_at[-1] in OF_HOME:
            return Finding(Status.FAIL, silent.message, silent.remedy)
        return Finding(Status.FAIL, f"the {looked_at[-1]} directory does not answer", silent.remedy)


def _look(settings: Settings | None, looked_at: list[str]) -> Finding:
    """Look at all; *looked_at* tells who waits for it how far it is."""
    if settings is None:
        return passed("not looked at: the settings that name them are wrong")
    space = disk.check(disk.measure(settings.home), time.time())
    if space.status is Status.FAIL:
        return Finding(Status.FAIL, space.output, space.remedy)
    places = [("run", settings.run_dir, True), ("journal", settings.journal_dir, True)]
    # in mirror mode the folder is only read: it may be a read-only mount
    places += [(f"folder {folder.name}", folder.local, folder.mode != "mirror") for folder in settings.folders]
    faults: list[Fault] = []
    for name, path, write in places:
        looked_at.append(name)
        faults += _try(name, path, write=write)
    return sum_up(faults) if faults else passed("every directory can be used")


def _try(name: str, path: Path, *, write: bool) -> Iterator[Fault]:
    remedy = "mount the volume, writable for the user that runs Helix, or correct HELIX_HOME and HELIX_FOLDER"
    try:
        with os.scandir(path) as entries:
            next(entries, None)
        if write:
            _write_and_read(path)
    except FileNotFoundError:
        yield Fault(f"the {name} directory is missing", MISSING)
    except OSError as error:
        yield Fault(f"the {name} directory can't be used: {error.strerror or error}", remedy)


def _write_and_read(path: Path) -> None:
    """Use a file without a name where the system has such, so that nobody who watches the folder is woken."""
    with tempfile.TemporaryFile(dir=path, prefix=".helix-probe-", buffering=0) as file:
        file.write(BLOCK)
        file.seek(0)
        if file.read(len(BLOCK)) != BLOCK:
            raise OSError("what was written is not what is read")
