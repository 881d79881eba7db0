"""Does the journal know every conflict that waits for a person, as long as its copy is there?"""

import time
from pathlib import Path

import pytest

from helix.core.trees import BaseState, Kind
from services.sync.journal import history
from services.sync.journal.history import Run
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Event, Forgotten, InSync, Renamed
from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.world import World

FILE = BaseState(Kind.FILE, 5, 123, 7, "etag", "blake3:aa")
COPY = "d/a (conflict 01234567).txt"
UPLOADS = 50


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(str(tmp_path / "files.db"))
    journal.open()
    return journal


def conflict(copy: str = COPY) -> Event:
    return Event(1.0, "d/a.txt", "conflict", copy, 5, "")


def much_history(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many newer lines that all older ones are to be forgotten."""
    monkeypatch.setattr(history, "KEEP_EVENTS", UPLOADS // 2)
    journal.note(*(Event(2.0, f"{number}", "upload", "done", 5, "") for number in range(UPLOADS)))
    journal.commit()
    history.add_run(journal, Run(1.0, 2.0, "done"))


def open_copies(journal: Journal) -> list[str]:
    return [event.outcome for event in history.open_conflicts(journal)]


def test_a_conflict_is_open_until_it_is_settled_or_its_copy_is_gone(journal: Journal) -> None:
    journal.note(Event(1, "a", "conflict", "a (conflict 1)", 5, ""), Event(2, "b", "conflict", "b (conflict 2)", 5, ""))
    journal.note(Event(3, "c", "conflict", "c (conflict 3)", 5, ""))
    journal.note(InSync("a (conflict 1)", FILE), InSync("b (conflict 2)", FILE))
    journal.note(Event(4, "b", "resolved", "b (conflict 2)", 5, "kept both"))
    journal.commit()

    assert [event.path for event in history.open_conflicts(journal)] == ["a"]


def test_an_open_conflict_outlives_its_history_and_a_closed_one_does_not(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "gone (conflict 01234567)"
    journal.note(conflict(), conflict(gone), InSync(COPY, FILE))
    journal.commit()

    much_history(journal, monkeypatch)

    assert open_copies(journal) == [COPY]
    assert journal.ask("SELECT outcome FROM events WHERE action='conflict'") == [(COPY,)]


def test_a_conflict_that_was_settled_stays_settled_when_its_history_is_old(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.note(conflict(), InSync(COPY, FILE), Event(2.0, "d/a.txt", "resolved", COPY, 5, "kept both"))
    journal.commit()

    much_history(journal, monkeypatch)
    journal.note(InSync(COPY, FILE._replace(mtime_ns=9)))
    journal.commit()

    assert open_copies(journal) == []


def test_all_of_a_great_many_conflicts_are_told(journal: Journal) -> None:
    copies = [f"{number} (conflict 01234567)" for number in range(1_500)]
    journal.note(*map(conflict, copies), *(InSync(copy, FILE) for copy in copies))
    journal.commit()

    assert open_copies(journal) == copies


def test_a_copy_that_nobody_noted_is_a_conflict_of_the_path_beside_it(journal: Journal) -> None:
    journal.note(InSync(COPY, FILE), InSync("a talk (conflict and peace).txt", FILE))
    journal.commit()

    assert [(event.path, event.outcome) for event in history.open_conflicts(journal)] == [("d/a.txt", COPY)]


def test_a_conflict_moves_with_its_directory(journal: Journal) -> None:
    journal.note(InSync("d", FILE._replace(kind=Kind.DIRECTORY)), conflict(), InSync(COPY, FILE))
    journal.note(Renamed("d", "e/d", None))
    journal.commit()

    assert [(event.path, event.outcome) for event in history.open_conflicts(journal)] == [("e/d/a.txt", "e/" + COPY)]


def test_a_copy_that_a_person_gave_a_name_or_deleted_is_no_conflict_any_more(journal: Journal) -> None:
    other = "d/b (conflict 01234567).txt"
    journal.note(conflict(), conflict(other), InSync(COPY, FILE), InSync(other, FILE))
    journal.note(Renamed(COPY, "d/mine.txt", None), Forgotten(other))
    journal.commit()

    assert open_copies(journal) == []


async def test_conflicts_are_known_again_after_the_journal_was_lost(tmp_path: Path) -> None:
    world = await World.make(tmp_path)
    assert isinstance(world.remote, MemoryRemote)
    world.write("a.txt", "base")
    await world.sync()
    world.write("a.txt", "mine")
    world.remote.write("a.txt", b"theirs")
    await world.sync()
    before = open_copies(world.journal)
    world.journal.close()
    (tmp_path / "journal.db").unlink()

    again = world.reborn()
    await again.sync()

    assert len(before) == 1
    assert open_copies(again.journal) == before


def test_deletions_of_the_last_minutes_count_though_much_happened_since(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    journal.note(*(Event(now, f"gone {number}", "trash remote", "done", 5, "") for number in range(20)))
    journal.note(*(Event(now - 601, f"long gone {number}", "trash remote", "done", 5, "") for number in range(20)))
    journal.commit()

    much_history(journal, monkeypatch)

    assert history.deleted_since(journal, 0.0) == 20
