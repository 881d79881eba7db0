"""What do the guard rails say to what a pass has seen and would do?

The figures come from the look, the marks, the clock and the disk; `helix/core/guards.py` judges them.
"""

import os
import shutil
import time
from dataclasses import dataclass, replace
from shlex import quote

from helix.core.actions import download_bytes
from helix.core.cases import Mode
from helix.core.guards import LOOK_AGAIN_ONLY, Approval, DeletionLimit, Figures, Trip, first_trip
from helix.core.order import removes
from helix.core.plan import Plan
from helix.core.trees import Side
from helix.settings import Folder
from services.sync import deletions
from services.sync.gather import Counts
from services.sync.journal.journal import Journal
from services.sync.marker import UNMARKED, Marks
from services.sync.walk import Witness

DISK_FLOOR = 256 << 20
"""Bytes that stay free on the local volume, or a fiftieth of it where that is less."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a pass has seen of both sides."""

    counts: Counts
    witness: Witness
    marks: Marks


def trip_of(
    decided: Plan, seen: Seen, folder: Folder, journal: Journal, approvals: tuple[Approval, ...]
) -> Trip | None:
    """The rail that stops the pass, if one does. Blocking."""
    figures = _figures(decided, seen, str(folder.local), journal)
    if folder.mode == Mode.RESTORE and seen.marks.remote is None:
        figures = replace(figures, remote_identity=None)
    limit = DeletionLimit(folder.max_delete.share, folder.max_delete.count)
    trip = first_trip(figures, limit, approvals)
    return trip and _with_command(trip, folder.name)


def _figures(decided: Plan, seen: Seen, root: str, journal: Journal) -> Figures:
    counts, marks = seen.counts, seen.marks
    last = journal.fact("last_run")
    now = time.time()
    going = {side: sum(removes(action, side) for action in decided.actions) for side in Side}
    free = _disk_free(root)
    return Figures(
        known=decided.known,
        delete_local=going[Side.LOCAL],
        delete_remote=going[Side.REMOTE],
        deleted_before=deletions.recent(journal, now) if any(going.values()) else 0,
        local_paths=counts.local_paths,
        remote_paths=counts.remote_paths,
        root_readable="" not in seen.witness.unseen and os.path.isdir(root),
        root_marked=marks.local is not None and marks.local == marks.journal,
        marked_before=marks.journal is not None and decided.known > 0,
        remote_identity=marks.remote or UNMARKED,
        remote_identity_before=marks.journal,
        marks_differ=len({marks.local, marks.remote} - {None, UNMARKED}) == 2,
        now=now,
        last_run=float(last) if last else None,
        disk_free=free[0] if free else None,
        disk_floor=min(DISK_FLOOR, free[1] // 50) if free else 0,
        download_bytes=decided.rest.download_bytes + download_bytes(decided.actions),
    )


def _with_command(trip: Trip, folder: str) -> Trip:
    """Tell how to say so: the same words in every outlet."""
    if trip.kind in LOOK_AGAIN_ONLY:
        return trip
    return replace(trip, remedy=f"{trip.remedy} (`helix conflicts decide {quote(folder)} proceed`, or `rescan`)")


def _disk_free(root: str) -> tuple[int, int] | None:
    try:
        usage = shutil.disk_usage(root)
    except OSError:
        return None
    return usage.free, usage.total
