"""What is a start-up probe, and how does it say what it found?

A probe takes a `Place` (which tree, which environment) and gives a `Finding`. It looks, it repairs nothing, and it
gives a finding for whatever it meets: a probe that raises would hide the very fault it is there to name.
"""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helix.aside import Aside
from helix.core.health import STARTUP_COMPONENT, Check, Status
from helix.errors import Misconfigured
from helix.settings import Settings, from_env

DISK_SECONDS = 10.0
"""How long a probe waits for a disk: a busy one takes its time, and only one that hangs takes for ever."""

SHOWN = 3
"""Faults told in one finding; the first few lead to the rest."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is probed: the application's tree, and the environment and directory its programs are started with."""

    root: Path
    env: Mapping[str, str]
    cwd: Path = field(default_factory=Path.cwd)
    disk: Aside = field(default_factory=lambda: Aside(DISK_SECONDS))
    """how everything is done that looks at HELIX_HOME or a folder: such a volume may hang"""

    @property
    def supervisord_conf(self) -> Path:
        """Where the programs are listed."""
        return self.root / "supervisord.conf"

    def settings(self) -> Settings | None:
        """Give the settings as the programs read them; None when they are wrong, which the probe `settings` tells.

        Links of the folders' paths are followed: to be called aside.
        """
        try:
            return from_env(self.env, cwd=self.cwd)
        except Misconfigured:
            return None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found: the cause and the remedy, both empty or informative when it passes."""

    status: Status
    output: str = ""
    remedy: str = ""

    def check(self, probe: str, now: float) -> Check:
        """Give the finding as a check of the health report."""
        return Check(f"{STARTUP_COMPONENT}:{probe}", self.status, self.output, self.remedy, now)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and what to do."""

    output: str
    remedy: str


Probe = Callable[[Place], Awaitable[Finding]]


def passed(output: str = "") -> Finding:
    """Say that nothing is wrong."""
    return Finding(Status.PASS, output)


def sum_up(faults: Sequence[Fault], *, status: Status = Status.FAIL) -> Finding:
    """Make one finding of *faults*: the first few in words, the number of the rest, the first one's remedy."""
    if not faults:
        return passed()
    told = "; ".join(dict.fromkeys(fault.output for fault in faults[:SHOWN]))
    rest = len(faults) - SHOWN
    return Finding(status, told + (f"; and {rest} more" if rest > 0 else ""), faults[0].remedy)


def relative(path: Path, root: Path) -> str:
    """Name *path* without telling where the application stands on this host."""
    try:
        return str(path.relative_to(root))
    except ValueError:
        return os.path.join("…", path.name)
