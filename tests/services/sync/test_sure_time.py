"""Does a clock that ran ahead, while the program ran or was away, send nothing out of the trash?"""

import json
import sqlite3
import time
from pathlib import Path

import pytest

from helix.core.ages import Reading
from services.sync.journal.journal import Journal
from services.sync.machine import boot, waking_clock
from services.sync.sure_time import SureTime
from services.sync.trash import stamp_of
from tests.services.sync.running import Sync, eventually, home, running

DAY = 86_400.0
KEEP = 30 * DAY
AWAY = 40 * DAY


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(str(tmp_path / "journal.db"))
    journal.open()
    return journal


def test_a_jump_between_two_looks_and_between_two_lives_is_not_followed(journal: Journal) -> None:
    now = Reading(1_800_000_000.0, 100.0, "boot")
    later = Reading(now.clock + AWAY, 200.0, "boot")

    in_one_life = SureTime(journal, clocks=iter([now, later]).__next__)
    assert [in_one_life.look(KEEP), in_one_life.look(KEEP)] == [now.clock, now.clock + 100.0]

    assert SureTime(journal, clocks=lambda: later).look(KEEP) == now.clock + 100.0


@pytest.mark.parametrize("spoiled", ["", "nonsense", "[1]", '{"read": [1]}', '{"read": [1, 2, "x"], "ahead": "?"}'])
def test_a_spoiled_fact_counts_as_none(journal: Journal, spoiled: str) -> None:
    now = Reading(1_800_000_000.0, 100.0, "boot")
    journal.set_fact("clock", spoiled)

    assert SureTime(journal, clocks=lambda: now).look(KEEP) == now.clock


def trashed(sync: Sync, age: float) -> tuple[Path, Path]:
    """A file in the trash of both sides that came there so long ago, as the clock has it."""
    made = []
    for side in (sync.folder, sync.remote):
        path = side / ".helix/trash" / stamp_of(time.time() - age) / "gone"
        path.parent.mkdir(parents=True)
        path.write_text("once")
        made.append(path)
    return made[0], made[1]


def last_look(sync: Sync, counted: float) -> None:
    """The journal's last look at the clock, 40 days ago by the clock and so long ago by the counter."""
    read = [time.time() - AWAY, waking_clock() - counted, boot()]
    with sqlite3.connect(sync.home / "journal/files.db") as journal:
        journal.execute(
            "UPDATE facts SET value=? WHERE name='clock'", (json.dumps({"read": read, "ahead": 0.0, "steady": 0.0}),)
        )
        journal.execute("UPDATE facts SET value=? WHERE name='last_run'", (repr(time.time() - AWAY),))
    journal.close()


async def test_a_clock_that_jumped_ahead_while_the_program_was_away_empties_no_trash() -> None:
    with home() as place:
        async with running(place) as sync:
            await sync.ready()
            assert sync.stop() == 0
            here, there = trashed(sync, 35 * DAY)
            last_look(sync, counted=60.0)

            sync.again()
            await sync.ready()
            await sync.control.sync(wait=20)

            assert here.exists()
            assert there.exists()
            assert "clock_not_believed" in sync.log()


async def test_what_was_in_the_trash_while_the_machine_ran_goes_in_its_time() -> None:
    with home() as place:
        async with running(place) as sync:
            await sync.ready()
            assert sync.stop() == 0
            here, there = trashed(sync, 35 * DAY)
            last_look(sync, counted=AWAY)

            sync.again()
            await sync.ready()

            await eventually(lambda: not here.exists() and not there.exists(), "the old version leaves")


async def test_without_a_journal_only_what_is_old_beside_the_newest_version_goes() -> None:
    with home() as place:
        async with running(place) as sync:
            await sync.ready()
            assert sync.stop() == 0
            kept = trashed(sync, 35 * DAY)
            old = trashed(sync, 90 * DAY)
            (place / "journal/files.db").unlink()

            sync.again()
            await sync.ready()

            await eventually(lambda: not any(path.exists() for path in old), "what is surely old leaves")
            assert all(path.exists() for path in kept)
