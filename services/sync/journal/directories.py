"""Which directories need not be read row by row, because nothing was written in them since they were seen unchanged?

A cache, and one that can't be wrong: whatever writes a row of `base` calls `touch`, in the same transaction. `seen` is
then void, and `touched` another number, so that a digest that was taken before can't be written after.
"""

import sqlite3
from collections.abc import Iterable

from helix.core.trees import parent_of
from services.sync.journal.schema import AT_OR_BELOW, at_or_below, key_of


def touch(connection: sqlite3.Connection, touched: Iterable[str]) -> None:
    """Rows directly in these directories were written."""
    keys = [(key_of(directory),) for directory in touched]
    connection.executemany("INSERT OR REPLACE INTO directories VALUES (?, NULL, 0, random())", keys)


def forget_empty(connection: sqlite3.Connection, path: str) -> None:
    """`path` has no row any more: if it was a directory and has none in it either, nothing is known of it."""
    _, below, end = at_or_below(key_of(path))
    connection.execute(
        "DELETE FROM directories WHERE key=? AND NOT EXISTS (SELECT 1 FROM base WHERE key >= ? AND key < ?)",
        (key_of(path), below, end),
    )


def rename(connection: sqlite3.Connection, path: str, to: str) -> None:
    """The rows of `path` and below are rows of `to` now."""
    old, new = key_of(path), key_of(to)
    connection.execute(f"DELETE FROM directories WHERE {AT_OR_BELOW}", at_or_below(new))  # noqa: S608 - a constant
    moved = "key = CAST(? || substr(key, ?) AS BLOB), seen=NULL, touched=random()"
    connection.execute(
        f"UPDATE directories SET {moved} WHERE {AT_OR_BELOW}",  # noqa: S608 - constants
        (new, len(old) + 1, *at_or_below(old)),
    )
    touch(connection, {parent_of(path), parent_of(to)})


def see(connection: sqlite3.Connection, directory: str, digest: bytes, rows: int, touched: int | None) -> None:
    """Write what was seen, unless a row of the directory was written since `touched` was read."""
    key = key_of(directory)
    if touched is None:
        connection.execute("INSERT OR IGNORE INTO directories VALUES (?, ?, ?, random())", (key, digest, rows))
    else:
        connection.execute(
            "UPDATE directories SET seen=?, rows=? WHERE key=? AND touched=?", (digest, rows, key, touched)
        )
