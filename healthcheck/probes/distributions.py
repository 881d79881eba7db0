"""Is every installed distribution whole, owned by one, and the one that the lock names?

`pip uninstall pycrypto` once took files that pycryptodome shared with it (no. 10 of the recorded failures).
A file that was read once and found right is read again only when its size, times or inode have changed, so that
looking again costs a `stat` a file; RECORDs are parsed again only when one of them has changed.
"""

import asyncio
import os
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.image import distributions
from helix.image.distributions import RecordedFile

LOCK = "requirements.lock"

Signature = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the RECORDs and the lock say, as of the files that `marks` were taken from."""

    marks: tuple[Signature | None, ...]
    count: int
    files: tuple[RecordedFile, ...]
    faults: tuple[distributions.Fault, ...]


class Distributions:
    """Compares site-packages with each RECORD and with the lock, and remembers what was right."""

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        self._folders = site_packages() if folders is None else list(folders)
        self._parsed: Parsed | None = None
        self._right: dict[Path, Signature] = {}

    async def __call__(self, place: Place) -> Finding:
        """Look once."""
        return await asyncio.to_thread(self._look, place.root)

    def _look(self, root: Path) -> Finding:
        parsed = self._parse(root / LOCK)
        faults = [*parsed.faults, *self._wrong_files(parsed.files)]
        told = [Fault(" ".join(filter(None, (f.distribution, f.path, f.detail))), f.remedy) for f in faults]
        return sum_up(told) if told else passed(f"{parsed.count} distributions are whole")

    def _parse(self, lock: Path) -> Parsed:
        marks = tuple(_signature(path) for path in (*self._folders, *self._records(), lock))
        if self._parsed is None or self._parsed.marks != marks:
            found = distributions.installed(self._folders)
            text = lock.read_text(encoding="utf-8") if lock.exists() else ""
            faults = (
                *distributions.unrecorded(found),
                *distributions.find_two_owners(self._folders),
                *distributions.verify_lock(text, self._folders),
            )
            files = tuple(file for item in found for file in distributions.recorded_files(item))
            self._parsed = Parsed(marks, len(found), files, faults)
        return self._parsed

    def _records(self) -> Iterator[Path]:
        for folder in self._folders:
            yield from sorted(folder.glob("*.dist-info/RECORD"))

    def _wrong_files(self, files: Sequence[RecordedFile]) -> Iterator[distributions.Fault]:
        before = {file.location: _signature(file.location) for file in files}
        changed = [
            file
            for file in files
            if before[file.location] is None or self._right.get(file.location) != before[file.location]
        ]
        for file in changed:
            faults = _verified(file)
            seen = before[file.location]
            if seen is not None and not faults:
                self._right[file.location] = seen
            yield from faults


def site_packages() -> list[Path]:
    """Give the folders that pip installs to in this environment, each once."""
    return list(dict.fromkeys(Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")))


def _verified(file: RecordedFile) -> list[distributions.Fault]:
    return list(distributions.verify_file(file))


def _signature(path: Path) -> Signature | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
