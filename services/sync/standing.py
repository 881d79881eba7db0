"""How does a folder stand at the moment? What its keeper writes and everybody reads."""

import time
from dataclasses import dataclass, field
from enum import StrEnum

from helix.core.guards import Trip
from helix.errors import HelixError
from services.sync.apply.executor import Tally
from services.sync.cycle import Look
from services.sync.journal.history import Run
from services.sync.remotes.remote import Quota


class Phase(StrEnum):
    """Where the folder stands."""

    STARTING = "starting"
    IDLE = "idle"
    SYNCING = "syncing"
    PAUSED = "paused"
    GUARDED = "guarded"
    ERROR = "error"


@dataclass(slots=True)
class Standing:
    """What everybody may know about a folder; written by its keeper alone."""

    phase: Phase = Phase.STARTING
    restored: bool = False
    """The first pass is done: the folder is as the remote said."""
    error: HelixError | None = None
    trip: Trip | None = None
    tripped_at: float = 0.0
    look: Look | None = None
    tally: Tally | None = None
    pending: int = 0
    last_success: float | None = None
    last_run: Run | None = None
    watch_error: str = ""
    passes: int = 0
    failures: int = 0
    quota: Quota | None = None
    failed: dict[str, str] = field(default_factory=dict)
    """The paths that the last pass could not do, and why."""
    conflicts: int = 0
    totals: tuple[int, int] = (0, 0)


def run_of(started: float, tally: Tally, outcome: str, error: HelixError | None) -> Run:
    """A pass that has just ended, as the history tells it."""
    return Run(
        started,
        time.time(),
        outcome,
        tally.uploaded,
        tally.downloaded,
        tally.trashed,
        tally.moved,
        tally.conflicts,
        tally.failed,
        tally.bytes_moved,
        str(error) if error else None,
    )
