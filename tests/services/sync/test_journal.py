"""Does the journal keep what was noted, in walk order, through old layouts, crashes, full disks and lost files?"""

import sqlite3
import threading
from pathlib import Path

import pytest

from helix.core.trees import BaseState, Kind, Side, walk_key
from services.sync.journal import history, schema
from services.sync.journal.errors import JournalFailed
from services.sync.journal.history import Run
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Event, Forgotten, InSync, Renamed, Touched, Version
from services.sync.lease import LeaseLost

FILE = BaseState(Kind.FILE, 5, 123, 7, "etag", "blake3:aa")
FOLDER = BaseState(Kind.DIRECTORY, 0, 0, 8, "", None)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(str(tmp_path / "files.db"))
    journal.open()
    return journal


def paths(journal: Journal) -> list[str]:
    return [path for path, _, _ in journal.rows()]


def test_rows_come_back_in_walk_order(journal: Journal) -> None:
    written = ["b.txt", "b/a", "b", "é", "a!", "a", "a/z/y", "a/z", "z\nline", "日本"]
    journal.note(*(InSync(path, FILE, 99) for path in written))

    journal.commit()

    assert paths(journal) == sorted(written, key=walk_key)
    assert next(journal.rows()) == ("a", FILE, 99)
    assert journal.row("b/a") == FILE


def test_what_was_not_committed_is_not_there_and_what_was_forgotten_neither(journal: Journal) -> None:
    journal.note(InSync("a", FILE), InSync("b", FILE))
    journal.commit()
    journal.note(Forgotten("a"), Touched("b", 42))
    assert paths(journal) == ["a", "b"]

    journal.commit()

    assert list(journal.rows()) == [("b", FILE, 42)]


def test_a_renamed_directory_takes_its_rows_along(journal: Journal) -> None:
    journal.note(InSync("d", FOLDER), InSync("d/x", FILE), InSync("d.txt", FILE), InSync("dd/y", FILE))
    journal.note(Renamed("d", "new", FOLDER._replace(inode=77)))

    journal.commit()

    assert paths(journal) == ["d.txt", "dd/y", "new", "new/x"]
    renamed = journal.row("new")
    assert renamed is not None
    assert renamed.inode == 77


def test_the_fence_holds_back_a_commit_and_nothing_is_half_written(journal: Journal) -> None:
    def fallen() -> None:
        raise LeaseLost("gone")

    journal.fence = fallen
    journal.note(InSync("a", FILE))

    with pytest.raises(LeaseLost):
        journal.commit()

    assert paths(journal) == []
    assert journal.pending == 1
    journal.forget_pending()
    assert journal.pending == 0


@pytest.mark.parametrize("version", range(len(schema.MIGRATIONS)))
def test_an_older_layout_is_lifted_and_keeps_its_rows(
    tmp_path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.db"
    old = sqlite3.connect(path, isolation_level=None)
    with monkeypatch.context() as then:
        then.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:version])
        schema.prepare(old)
    if version:
        old.execute(
            "INSERT INTO base (key, kind, size, mtime_ns, inode, etag, digest) VALUES (?, ?, 5, 123, 7, 'etag', ?)",
            (b"d\0a", "file", "blake3:aa"),
        )
    old.close()

    journal = Journal(str(path))
    journal.open()

    assert list(journal.rows()) == ([("d/a", FILE, 0)] if version else [])
    assert journal.ask("PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert history.totals(journal) == ((1, 5) if version else (0, 0))
    assert history.paths_in_sync(journal) == (1 if version else 0)
    assert journal.begun_anew == ""
    journal.close()


def test_a_later_layout_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "later.db"
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version=999")
    later.close()

    with pytest.raises(JournalFailed, match="later release"):
        Journal(str(path)).open()

    assert list(tmp_path.glob("*corrupt*")) == []


def test_a_corrupt_file_is_set_aside_and_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "files.db"
    path.write_bytes(b"this is no database" * 200)
    journal = Journal(str(path))

    journal.open()
    journal.note(InSync("a", FILE))
    journal.commit()

    assert paths(journal) == ["a"]
    assert "corrupt" in journal.begun_anew
    assert len(list(tmp_path.glob("files.db.corrupt-*"))) == 1
    journal.close()


def test_a_file_deleted_under_our_hands_is_noticed_at_the_next_open(journal: Journal) -> None:
    journal.note(InSync("a", FILE))
    journal.commit()
    Path(journal.path).unlink()

    journal.open()

    assert paths(journal) == []
    assert "deleted" in journal.begun_anew


def test_a_full_disk_keeps_the_notes_until_there_is_room(journal: Journal) -> None:
    (pages,) = journal.ask("PRAGMA page_count")[0]
    journal.ask(f"PRAGMA max_page_count={pages}")
    journal.note(*(InSync(f"{number:050}", FILE) for number in range(2000)))

    with pytest.raises(JournalFailed):
        journal.commit()
    journal.ask("PRAGMA max_page_count=100000")
    journal.commit()

    assert len(paths(journal)) == 2000


def test_runs_events_and_versions_are_told_newest_first(journal: Journal) -> None:
    for number in range(3):
        history.add_run(journal, Run(number, number + 0.5, "done", uploaded=number))
    journal.note(*(Event(number, "a", "upload", "done", 5, f"why {number}") for number in range(3)))
    journal.note(Version("t/1/a", Side.LOCAL, "a", 1.0, 5, "deleted"), Version("t/2/a", Side.REMOTE, "a", 2.0, 6, "x"))
    journal.commit()

    assert [run.uploaded for run in history.runs(journal, 2)] == [2, 1]
    assert [event.why for event in history.events(journal, "a", 2)] == ["why 2", "why 1"]
    assert [version.kept for version in history.versions(journal, "a")] == ["t/2/a", "t/1/a"]
    history.forget_version(journal, Side.REMOTE, "t/2/a")
    assert [version.kept for version in history.versions(journal, "a")] == ["t/1/a"]


def test_a_note_never_waits_for_a_commit_under_way(journal: Journal) -> None:
    begun, go_on, noted = threading.Event(), threading.Event(), threading.Event()

    def slow_fence() -> None:
        begun.set()
        assert go_on.wait(30)

    def note() -> None:
        journal.note(InSync("second", FILE))
        noted.set()

    journal.note(InSync("first", FILE))
    journal.fence = slow_fence
    committing = threading.Thread(target=journal.commit)
    committing.start()
    assert begun.wait(30)
    threading.Thread(target=note, daemon=True).start()
    at_once = noted.wait(30)
    go_on.set()
    committing.join(30)
    assert noted.wait(30)
    journal.commit()

    assert at_once, "the event loop would stand still for as long as the disk takes"
    assert paths(journal) == ["first", "second"]
