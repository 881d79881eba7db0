"""How is the journal's file laid out, and how does an older layout become this one?

Each step of `MIGRATIONS` lifts the file by one version in one transaction; `PRAGMA user_version` says where it stands.
The key of a row is its path with NUL for `/`: compared as bytes, that is exactly the walk order.

`directories` has a row for each directory that rows of `base` lie directly in (the root's key is empty). `seen` is the
digest of both listings of it when all its rows were found unchanged, and how many rows they were; NULL when a row of
it was written since, or when that is not known. `touched` is another number after each such write.

`totals` is one row: how many files `base` holds, their bytes, and how many paths, directories too. Triggers keep it, in
the transaction of each change of a row. REPLACE would remove a row without telling them: `base` is written with ON
CONFLICT DO UPDATE.
"""

import sqlite3

from services.sync.journal.errors import JournalFailed

MIGRATIONS = (
    """
    CREATE TABLE base (
        key BLOB PRIMARY KEY, kind TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
        inode INTEGER, etag TEXT NOT NULL, digest TEXT
    ) WITHOUT ROWID;
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, started REAL NOT NULL, finished REAL NOT NULL, outcome TEXT NOT NULL,
        uploaded INTEGER NOT NULL, downloaded INTEGER NOT NULL, trashed INTEGER NOT NULL, moved INTEGER NOT NULL,
        conflicts INTEGER NOT NULL, failed INTEGER NOT NULL, bytes INTEGER NOT NULL, error TEXT
    );
    """,
    """
    CREATE TABLE events (
        id INTEGER PRIMARY KEY, time REAL NOT NULL, path TEXT NOT NULL, action TEXT NOT NULL,
        outcome TEXT NOT NULL, size INTEGER NOT NULL, why TEXT NOT NULL
    );
    CREATE INDEX events_by_path ON events (path, id);
    CREATE TABLE versions (
        kept TEXT NOT NULL, side TEXT NOT NULL, path TEXT NOT NULL, time REAL NOT NULL, size INTEGER NOT NULL,
        reason TEXT NOT NULL, PRIMARY KEY (side, kept)
    ) WITHOUT ROWID;
    CREATE INDEX versions_by_path ON versions (path, time);
    """,
    """
    ALTER TABLE base ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;
    """,
    """
    CREATE TABLE directories (
        key BLOB PRIMARY KEY, seen BLOB, rows INTEGER NOT NULL, touched INTEGER NOT NULL
    ) WITHOUT ROWID;
    INSERT INTO directories SELECT DISTINCT parent_key(key), NULL, 0, random() FROM base;
    """,
    """
    CREATE TABLE totals (files INTEGER NOT NULL, bytes INTEGER NOT NULL);
    INSERT INTO totals SELECT count(*), coalesce(sum(size), 0) FROM base WHERE kind='file';
    CREATE TRIGGER file_added AFTER INSERT ON base WHEN new.kind='file'
        BEGIN UPDATE totals SET files = files + 1, bytes = bytes + new.size; END;
    CREATE TRIGGER file_removed AFTER DELETE ON base WHEN old.kind='file'
        BEGIN UPDATE totals SET files = files - 1, bytes = bytes - old.size; END;
    CREATE TRIGGER file_changed AFTER UPDATE OF kind, size ON base WHEN old.kind<>new.kind OR old.size<>new.size
        BEGIN UPDATE totals SET files = files + (new.kind='file') - (old.kind='file'),
            bytes = bytes + iif(new.kind='file', new.size, 0) - iif(old.kind='file', old.size, 0); END;
    CREATE INDEX conflicts ON events (id) WHERE action IN ('conflict', 'resolved');
    """,
    """
    ALTER TABLE totals ADD COLUMN paths INTEGER NOT NULL DEFAULT 0;
    UPDATE totals SET paths = (SELECT count(*) FROM base);
    DROP TRIGGER file_added;
    DROP TRIGGER file_removed;
    CREATE TRIGGER path_added AFTER INSERT ON base
        BEGIN UPDATE totals SET paths = paths + 1, files = files + (new.kind='file'),
            bytes = bytes + iif(new.kind='file', new.size, 0); END;
    CREATE TRIGGER path_removed AFTER DELETE ON base
        BEGIN UPDATE totals SET paths = paths - 1, files = files - (old.kind='file'),
            bytes = bytes - iif(old.kind='file', old.size, 0); END;
    """,
    """
    ALTER TABLE runs ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN left_to_writer INTEGER NOT NULL DEFAULT 0;
    """,
)


def prepare(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest layout. Raises `JournalFailed` for a file of a later release."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise JournalFailed(
            f"the journal was written by a later release (layout {version})",
            remedy="start the later release again, or move the journal away: nothing is deleted without it",
        )
    connection.create_function("key_of", 1, key_of, deterministic=True)
    connection.create_function("parent_key", 1, lambda key: key.rpartition(b"\0")[0], deterministic=True)
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version={number}; COMMIT;")


def key_of(path: str) -> bytes:
    """The row's key."""
    return path.replace("/", "\0").encode()


def path_of(key: bytes) -> str:
    """The path of a row's key."""
    return key.decode().replace("\0", "/")


AT_OR_BELOW = "(key=? OR (key >= ? AND key < ?))"
"""Which rows are the path and all it holds; takes `at_or_below` of its key."""


def at_or_below(key: bytes) -> tuple[bytes, bytes, bytes]:
    """The values for `AT_OR_BELOW`."""
    return key, key + b"\0", key + b"\1"
