"""Where do the programs post how they are, and how is that read?

The report board is a folder: `run/<program>.json` (its report) and `run/<program>.prom` (its metrics as text).
Each program writes only its own two files, each replaced atomically; reading never waits on anybody.
A full disk must be told as a full disk, not as a hang: a report has room to spare (blanks at its end), so that when
a new file can't be made, the old one is written over in place. If that fails too, the old one is touched, and the touch
counts as the post's time. A reader who meets a half-written report looks again.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from helix import report as reports
from helix.core.health import Report, Unreadable

PROGRAMS = ("health", "sync", "bot", "warden")
"""Every program that posts."""

LOOKS = 3
BLOCK = 4096


class Board:
    """The report board in *run_dir*."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir

    def post(self, report: Report, metrics: str = "") -> None:
        """Replace the program's report and metrics. Never raises for a full or failing disk: see the module."""
        _replace(self.run_dir / f"{report.program}.prom", metrics.encode())
        _replace(self.run_dir / f"{report.program}.json", _padded(reports.encode(report)))

    def withdraw(self, program: str) -> None:
        """Take the program's report and metrics down, at its orderly end."""
        for suffix in ("json", "prom"):
            (self.run_dir / f"{program}.{suffix}").unlink(missing_ok=True)

    def read(self, program: str) -> Report | Unreadable | None:
        """Give a program's report; None when it has posted none."""
        for _ in range(LOOKS):
            found = self._look(program)
            if not isinstance(found, Unreadable):
                break
        return found

    def _look(self, program: str) -> Report | Unreadable | None:
        path = self.run_dir / f"{program}.json"
        try:
            with path.open("rb") as file:
                data = file.read()
                touched = os.fstat(file.fileno()).st_mtime
        except FileNotFoundError:
            return None
        except OSError as error:
            return Unreadable(program, error.strerror or "the file can't be read")
        report = reports.decode(program, data)
        if isinstance(report, Report) and touched > report.posted_at:
            return replace(report, posted_at=touched)
        return report

    def read_all(self) -> Mapping[str, Report | Unreadable]:
        """Give every program's report that is there."""
        found = {program: self.read(program) for program in PROGRAMS}
        return {program: report for program, report in found.items() if report is not None}

    def read_metrics(self, program: str) -> str:
        """Give a program's metrics in the text format; empty when it has posted none."""
        try:
            return (self.run_dir / f"{program}.prom").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""


def _replace(path: Path, data: bytes) -> None:
    temp = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temp.write_bytes(data)
        os.replace(temp, path)
    except OSError:
        with suppress(OSError):
            temp.unlink(missing_ok=True)
        with suppress(OSError):
            _write_over(path, data)


def _padded(data: bytes) -> bytes:
    """Fill *data* with blanks, which JSON allows at the end, to whole blocks with at least half of one to spare."""
    size = -(-(len(data) + BLOCK // 2) // BLOCK) * BLOCK
    return data.ljust(size)


def _write_over(path: Path, data: bytes) -> None:
    """Write *data* in the place of the old file's bytes, which needs no new block; only touch it if it has no room."""
    with path.open("r+b", buffering=0) as file:
        room = os.fstat(file.fileno()).st_size
        if len(data.rstrip()) <= room:
            file.write(data.rstrip().ljust(room))
    os.utime(path)
