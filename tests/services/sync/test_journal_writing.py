"""Are notes that are written at once the same as one by one, and do the kept totals stay those of the rows?"""

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from helix.core.trees import BaseState, Kind
from services.sync.journal import history
from services.sync.journal.errors import JournalFailed
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Event, Forgotten, InSync, Note, Renamed, Seen, Touched
from services.sync.journal.schema import key_of

SEED = int(os.environ.get("HELIX_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
ROUNDS = 120
NAMES = ("d", "d.txt")


def opened(path: Path) -> Journal:
    journal = Journal(str(path))
    journal.open()
    return journal


def a_path(rng: random.Random) -> str:
    return "/".join(rng.choice(NAMES) for _ in range(rng.randint(1, 3)))


def a_state(rng: random.Random) -> BaseState:
    if rng.random() < 0.3:
        return BaseState(Kind.DIRECTORY, 0, 0, rng.randrange(9), "", None)
    return BaseState(Kind.FILE, rng.randrange(1000), 1, rng.randrange(9), "etag", "blake3:aa")


def a_note(rng: random.Random) -> Note:
    path = a_path(rng)
    match rng.randrange(10):
        case 0 | 1:
            return Forgotten(path)
        case 2:
            to = a_path(rng)
            nested = f"{to}/".startswith(f"{path}/") or f"{path}/".startswith(f"{to}/")
            return Touched(path, 7) if nested else Renamed(path, to, rng.choice((None, a_state(rng))))
        case 3:
            return Seen(path.rpartition("/")[0], rng.randbytes(4), 1, rng.choice((None, 1)))
        case 4:
            return Touched(path, rng.randrange(99))
        case 5:
            return Event(1.0, path, "upload", "done", 1, "")
        case _:
            return InSync(path, a_state(rng), rng.randrange(99))


def write(journal: Journal, notes: Sequence[Note], *, at_once: bool) -> None:
    """Commit; a `Seen` that names a number names the one its directory had before all this."""
    touched = dict(journal.ask("SELECT key, touched FROM directories"))
    for note in notes:
        journal.note(as_numbered(note, touched))
        if not at_once:
            journal.commit()
    journal.commit()


def as_numbered(note: Note, touched: dict[bytes, int]) -> Note:
    if not isinstance(note, Seen) or note.touched is None:
        return note
    return replace(note, touched=touched.get(key_of(note.directory), 0))


def content(journal: Journal) -> tuple[object, ...]:
    """All but the numbers that are drawn."""
    directories = journal.ask("SELECT key, seen, rows FROM directories ORDER BY key")
    return list(journal.rows()), directories, journal.ask("SELECT * FROM events ORDER BY id")


def summed(journal: Journal) -> tuple[int, int]:
    ((files, size),) = journal.ask("SELECT count(*), coalesce(sum(size), 0) FROM base WHERE kind='file'")
    return files, size


def test_notes_written_at_once_are_as_if_written_one_by_one_and_the_totals_are_those_of_the_rows(
    tmp_path: Path,
) -> None:
    print(f"seed {SEED}: repeat with HELIX_TEST_SEED={SEED}")
    rng = random.Random(SEED)
    together, apart = opened(tmp_path / "together.db"), opened(tmp_path / "apart.db")
    largest = 0
    for number in range(ROUNDS):
        notes = [a_note(rng) for _ in range(rng.randint(1, 20))]

        write(together, notes, at_once=True)
        write(apart, notes, at_once=False)

        assert content(together) == content(apart), f"seed {SEED}, round {number}: {notes}"
        assert history.totals(together) == summed(together), f"seed {SEED}, round {number}: {notes}"
        assert history.totals(apart) == summed(apart), f"seed {SEED}, round {number}: {notes}"
        for journal in (together, apart):
            assert history.paths_in_sync(journal) == len(list(journal.rows())), f"seed {SEED}, round {number}: {notes}"
        largest = max(largest, *history.totals(together))
    assert largest > 0


def test_a_directory_that_is_filled_and_emptied_at_once_is_forgotten(tmp_path: Path) -> None:
    journal = opened(tmp_path / "files.db")
    folder = BaseState(Kind.DIRECTORY, 0, 0, 8, "", None)

    journal.note(InSync("d", folder), InSync("d/x", folder), Forgotten("d/x"), Forgotten("d"))
    journal.commit()

    assert journal.ask("SELECT key FROM directories") == [(b"",)]


def test_totals_of_a_transaction_that_failed_are_as_before(tmp_path: Path) -> None:
    journal = opened(tmp_path / "files.db")
    file = BaseState(Kind.FILE, 5, 1, 1, "etag", None)
    journal.note(InSync("a", file))
    journal.commit()

    journal.note(InSync("b", file), InSync("wrong", file._replace(etag=None)))  # type: ignore[arg-type]
    with pytest.raises(JournalFailed, match="NOT NULL"):
        journal.commit()
    journal.forget_pending()
    journal.open()

    assert history.totals(journal) == summed(journal) == (1, 5)
