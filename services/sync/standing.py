"""How does a folder stand at the moment? What its keeper writes and everybody reads."""

import time
from dataclasses import dataclass, field
from enum import StrEnum

from helix.core.growth import Growth, left_out
from helix.core.guards import Trip
from helix.core.trees import Side, parent_of
from helix.errors import HelixError
from services.sync.apply.executor import Tally
from services.sync.gather import Counts
from services.sync.journal import history
from services.sync.journal.history import Run
from services.sync.journal.journal import Journal
from services.sync.look import Look
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
    unfinished: bool = False
    """The last pass that ended well has made, or met, something that only another pass can do."""
    last_success: float | None = None
    last_run: Run | None = None
    watch_error: str = ""
    passes: int = 0
    failures: int = 0
    quota: Quota | None = None
    failed: dict[str, HelixError] = field(default_factory=dict)
    """The paths that the last pass could not do, and why; those that were named."""
    failed_count: int = 0
    counts: Counts | None = None
    """How much there is on each side."""
    unseen: int = 0
    """How many directories could not be read, on both sides."""
    skipped: dict[str, str] = field(default_factory=dict)
    """The paths that are left out on purpose, and why; those that were named."""
    unnamed: int = 0
    """How many more the last look at everything left out."""
    conflicts: int = 0
    totals: tuple[int, int] = (0, 0)

    def did(self, tally: Tally) -> None:
        """A pass has ended by itself."""
        self.failed, self.failed_count = tally.failures, tally.failed

    def saw(self, look: Look) -> None:
        """A pass has looked; what it did not look at stays as it was told."""
        where = look.where.directories
        if where is None:
            for waiting in look.unsettled:
                look.counts.grow(left_out(waiting))
            self.skipped, self.counts, self.unseen = look.skipped, look.counts, look.unseen
            self.unnamed = look.unnamed
        else:
            elsewhere = {path: why for path, why in self.skipped.items() if parent_of(path) not in where}
            self.skipped = {**elsewhere, **look.skipped}
        self.look = look

    def read(self, journal: Journal) -> None:
        """Take over what the journal knows. Blocking. Raises `JournalFailed`."""
        before, self.totals = self.totals, history.totals(journal)
        if self.counts is not None and self.look is not None and not self.look.where.everywhere:
            # a pass over a few directories counts nothing, but leaves both sides as the journal says
            files, size = self.totals[0] - before[0], self.totals[1] - before[1]
            for side in Side:
                self.counts.grow(Growth(side, files, size))
        self.conflicts = len(history.open_conflicts(journal))
        self.last_success = self.last_success or history.last_success(journal)


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
        tally.waiting,
        tally.left,
    )
