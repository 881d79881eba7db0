"""What has the journal to tell: which runs, what happened to a path, which versions of it are kept?"""

import time
from dataclasses import dataclass, replace

from helix.core.guards import WINDOW_SECONDS
from helix.core.trees import Side
from services.sync.journal.conflicts import ABOUT_CONFLICTS
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Event, Version

KEEP_RUNS = 1000
KEEP_EVENTS = 100_000
_DELETIONS = "action IN ('trash local', 'trash remote')"


@dataclass(frozen=True, slots=True)
class Run:
    """One pass that did something, or failed to."""

    started: float
    finished: float
    outcome: str
    uploaded: int = 0
    downloaded: int = 0
    trashed: int = 0
    moved: int = 0
    conflicts: int = 0
    failed: int = 0
    bytes: int = 0
    error: str | None = None
    waiting: int = 0
    """Paths that it left because people were still writing or deleting there."""
    left: int = 0
    """Actions that it left to the container that writes."""
    id: int = 0

    def followed_by(self, later: "Run") -> "Run":
        """Both as one pass: what was done adds up, what is left is what the later one left."""
        done = {name: getattr(self, name) + getattr(later, name) for name in _ADDED_UP}
        outcome = self.outcome if later.outcome == "nothing" else later.outcome
        return replace(later, started=self.started, outcome=outcome, **done)


_ADDED_UP = ("uploaded", "downloaded", "trashed", "moved", "conflicts", "bytes")


def add_run(journal: Journal, run: Run) -> int:
    """Write a run, forget the oldest; gives its number."""
    number = journal.change(
        "INSERT INTO runs (started, finished, outcome, uploaded, downloaded, trashed, moved, conflicts, failed,"
        " bytes, error, waiting, left_to_writer) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        run.started,
        run.finished,
        run.outcome,
        run.uploaded,
        run.downloaded,
        run.trashed,
        run.moved,
        run.conflicts,
        run.failed,
        run.bytes,
        run.error,
        run.waiting,
        run.left,
    )
    journal.change("DELETE FROM runs WHERE id <= ?", number - KEEP_RUNS)
    _forget_old_events(journal)
    return number


def _forget_old_events(journal: Journal) -> None:
    """All but the newest; what still counts stays: conflicts whose copy is there, and the last minutes' deletions."""
    journal.change(
        "DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?"  # noqa: S608 - constants
        f" AND NOT ({ABOUT_CONFLICTS} AND EXISTS (SELECT 1 FROM base WHERE key=key_of(outcome)))"
        f" AND NOT ({_DELETIONS} AND time > ?)",
        KEEP_EVENTS,
        time.time() - WINDOW_SECONDS,
    )


def runs(journal: Journal, limit: int) -> list[Run]:
    """The last runs, newest first."""
    found = journal.ask(
        "SELECT started, finished, outcome, uploaded, downloaded, trashed, moved, conflicts, failed, bytes, error,"
        " waiting, left_to_writer, id"
        " FROM runs ORDER BY id DESC LIMIT ?",
        limit,
    )
    return [Run(*row) for row in found]


def events(journal: Journal, path: str, limit: int) -> list[Event]:
    """What happened to a path, newest first."""
    found = journal.ask(
        "SELECT time, path, action, outcome, size, why FROM events WHERE path=? ORDER BY id DESC LIMIT ?", path, limit
    )
    return [Event(*row) for row in found]


def deleted_since(journal: Journal, since: float) -> int:
    """How many files went to the trash of a side and left nothing in their place."""
    ((count,),) = journal.ask(
        f"SELECT count(*) FROM events WHERE {_DELETIONS} AND outcome='done' AND time > ?",  # noqa: S608 - a constant
        since,
    )
    return int(count)


def open_conflicts(journal: Journal) -> list[Event]:
    """Every conflict that nobody has settled and whose copy (`outcome`) still is in sync, the oldest first."""
    found = journal.ask(
        "SELECT time, path, action, outcome, size, why FROM"  # noqa: S608 - constants
        f" (SELECT max(id) AS id, time, path, action, outcome, size, why FROM events WHERE {ABOUT_CONFLICTS}"
        "  GROUP BY outcome)"
        " WHERE action='conflict' AND EXISTS (SELECT 1 FROM base WHERE key=key_of(outcome)) ORDER BY id"
    )
    return [Event(*row) for row in found]


def versions(journal: Journal, path: str) -> list[Version]:
    """The kept versions of a path, newest first."""
    found = journal.ask(
        "SELECT kept, side, path, time, size, reason FROM versions WHERE path=? ORDER BY time DESC", path
    )
    return [Version(kept, Side(side), *rest) for kept, side, *rest in found]


def newest_version(journal: Journal) -> float | None:
    """When the newest version of all came into the trash, seconds since 1970; None if nothing is kept."""
    ((newest,),) = journal.ask("SELECT max(time) FROM versions")
    return None if newest is None else float(newest)


def forget_version(journal: Journal, side: Side, kept: str) -> None:
    """A version left the trash."""
    journal.change("DELETE FROM versions WHERE side=? AND kept=?", side, kept)


def totals(journal: Journal) -> tuple[int, int]:
    """How many files are in sync, and their bytes."""
    ((count, size),) = journal.ask("SELECT files, bytes FROM totals")
    return count, size


def paths_in_sync(journal: Journal) -> int:
    """How many files and directories are in sync."""
    ((count,),) = journal.ask("SELECT paths FROM totals")
    return int(count)


def last_success(journal: Journal) -> float | None:
    """When a pass last ended well."""
    value = journal.fact("last_success")
    return float(value) if value else None
