"""How does the journal go on knowing which conflict copies wait for a person?

A conflict is a line of the history: action `conflict`, with the copy as its outcome. It is open while the copy still is
in sync and no later line `resolved` names it. Such lines move with their directory, outlive all others, and are written
for a copy that comes into sync without one: from another container, or after a lost journal. Files outlive both.
"""

import sqlite3
import time
from collections.abc import Iterable

from helix.core.names import conflicting_path, is_conflict_copy
from helix.core.trees import is_inside
from services.sync.journal.notes import Renamed

ABOUT_CONFLICTS = "action IN ('conflict', 'resolved')"
LIKELY = "(conflict "
"""Every conflict copy's name holds it: a look that is quick enough for each path."""


def note_found(connection: sqlite3.Connection, copies: Iterable[tuple[str, int]]) -> None:
    """Write a line for each copy (path, size) of which the history knows nothing."""
    for copy, size in copies:
        path = conflicting_path(copy)
        if path is None:
            continue
        connection.execute(
            "INSERT INTO events (time, path, action, outcome, size, why) SELECT ?, ?, 'conflict', ?, ?, ?"  # noqa: S608
            f" WHERE NOT EXISTS (SELECT 1 FROM events WHERE {ABOUT_CONFLICTS} AND outcome=?)",
            (time.time(), path, copy, size, "a conflict copy that was found", copy),
        )


def rename(connection: sqlite3.Connection, note: Renamed) -> None:
    """The lines of copies that moved along; a copy that got a name of its own is no conflict any more."""
    lines = connection.execute(f"SELECT id, path, outcome FROM events WHERE {ABOUT_CONFLICTS}")  # noqa: S608
    for number, path, copy in lines.fetchall():
        moved = _moved(copy, note)
        if moved is not None and is_conflict_copy(moved):
            values = (_moved(path, note) or path, moved, number)
            connection.execute("UPDATE events SET path=?, outcome=? WHERE id=?", values)


def _moved(path: str, note: Renamed) -> str | None:
    """Where the path is after the rename; None if it stays."""
    return note.to + path[len(note.path) :] if path == note.path or is_inside(path, note.path) else None
