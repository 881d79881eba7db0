"""Does `python -m services.sync` keep a folder, tell the truth about itself, and stop in time?"""

import asyncio
import json
import sqlite3
import stat
from pathlib import Path

import pytest

from helix.errors import Refused
from tests.running.patience import Patience
from tests.services.sync.far import files_in
from tests.services.sync.running import PATIENCE, Sync, eventually, home, running


async def test_a_change_on_either_side_arrives_on_the_other(sync: Sync) -> None:
    (sync.folder / "up").write_text("from here")
    (sync.remote / "down").write_text("from there")

    await eventually(lambda: (sync.remote / "up").read_text() == "from here", "the upload")
    await eventually(lambda: (sync.folder / "down").read_text() == "from there", "the download")
    assert files_in(sync.folder) == files_in(sync.remote)


async def test_the_socket_is_private_and_answers_status_and_metrics(sync: Sync) -> None:
    assert stat.S_IMODE((sync.home / "run/sync.sock").stat().st_mode) == 0o600
    status = await sync.control.status()

    assert status["state"] == "writer"
    assert status["folders"][0]["state"] in ("idle", "syncing")
    assert str(sync.home) not in json.dumps(status)
    await eventually(lambda: "helix_sync_last_success_timestamp_seconds" in (sync.home / "run/sync.prom").read_text())


async def test_the_selftest_names_every_step(sync: Sync) -> None:
    answer = await sync.control.selftest()

    assert answer["ok"]
    assert [step["step"] for step in answer["remotes"][0]["steps"]] == [
        "connect",
        "quota",
        "upload",
        "read back",
        "compare",
        "delete",
    ]
    assert [path for path in files_in(sync.remote, own=True) if "selftest" in path] == []


async def test_a_deleted_file_comes_back_by_restore_and_a_repeated_key_does_it_once(sync: Sync) -> None:
    (sync.folder / "precious").write_text("v1")
    await eventually((sync.remote / "precious").exists)
    (sync.folder / "precious").unlink()
    await eventually(lambda: not (sync.remote / "precious").exists())
    await sync.control.sync(wait=10)

    first = await sync.control.restore("precious", key="one")
    (sync.folder / "precious").write_text("newer")
    second = await sync.control.restore("precious", key="one")

    assert first == second
    assert (sync.folder / "precious").read_text() == "newer"
    await eventually(lambda: (sync.remote / "precious").read_text() == "newer")


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", ".helix/marker", "a//b", "", "a\udcff"])
async def test_a_restore_never_leaves_the_folder(sync: Sync, path: str) -> None:
    with pytest.raises(Refused):
        await sync.control.restore(path)


async def test_plan_files_history_and_conflicts_are_told(sync: Sync) -> None:
    await sync.control.pause()
    (sync.folder / "new").write_text("12345")
    plan = await sync.control.plan()
    with pytest.raises(Refused):
        await sync.control.sync()
    await sync.control.resume()
    answer = await sync.control.sync(wait=20)
    files = await sync.control.files(prefix="ne")
    history = await sync.control.history(path="new")

    assert [(a["action"], a["path"], a["bytes"]) for a in plan["folders"][0]["actions"]] == [("upload", "new", 5)]
    assert answer["runs"][0]["outcome"] in ("done", "nothing")
    assert [file["path"] for file in files["files"]] == ["new"]
    assert [event["action"] for event in history["events"]] == ["upload"]
    assert (await sync.control.history())["runs"]
    assert await sync.control.conflicts() == {"conflicts": [], "guards": []}


async def test_a_conflict_is_told_and_settled(sync: Sync) -> None:
    (sync.folder / "a.txt").write_text("base")
    await eventually((sync.remote / "a.txt").exists)
    await sync.control.sync(wait=20)
    await sync.control.pause()
    (sync.folder / "a.txt").write_text("mine")
    (sync.remote / "a.txt").write_text("theirs")
    await sync.control.resume()
    await eventually(lambda: (sync.folder / "a.txt").read_text() == "theirs")
    await sync.control.sync(wait=20)
    conflicts = (await sync.control.conflicts())["conflicts"]

    await sync.control.resolve("a.txt", "local")
    await sync.control.sync(wait=20)

    assert [conflict["path"] for conflict in conflicts] == ["a.txt"]
    assert (sync.folder / "a.txt").read_text() == "mine"
    assert (await sync.control.conflicts())["conflicts"] == []


async def test_verify_finds_content_that_rotted_and_repairs_nothing(sync: Sync) -> None:
    (sync.folder / "good").write_text("good")
    (sync.folder / "rots").write_text("before")
    await eventually((sync.remote / "rots").exists)
    await sync.control.sync(wait=20)
    await sync.control.verify()
    await verified(sync)
    assert (await verdict(sync))["differing"] == []

    with sqlite3.connect(sync.home / "journal/files.db") as journal:
        journal.execute("UPDATE base SET digest='blake3:00' WHERE key=?", (b"rots",))
    journal.close()
    await sync.control.verify()
    await verified(sync)

    assert [found["path"] for found in (await verdict(sync))["differing"]] == ["rots"]
    await eventually(lambda: sync.check("sync:verify")["status"] == "warn", "the check")
    assert (sync.folder / "rots").read_text() == (sync.remote / "rots").read_text() == "before"


async def verdict(sync: Sync) -> dict[str, object]:
    found: dict[str, object] = (await sync.control.status())["folders"][0]["verify"]
    return found


async def verified(sync: Sync) -> None:
    patience = Patience(PATIENCE)
    while (await verdict(sync))["state"] != "done":
        assert not patience.ended, "the comparison never ends"
        await asyncio.sleep(0.02)


async def test_a_rename_is_one_there_too_although_it_moves_the_time_that_files_settle_by() -> None:
    with home() as place:
        async with running(place, HELIX_SETTLE_SECONDS="1") as sync:
            await sync.ready()
            (sync.folder / "old").write_text("content")
            await eventually((sync.remote / "old").exists)
            there = (sync.remote / "old").stat().st_ino

            (sync.folder / "old").rename(sync.folder / "new")

            await eventually(lambda: (sync.remote / "new").stat().st_ino == there, "the rename")
            await sync.control.sync(wait=10)  # when this pass has ended, the one that renamed stands in the history
            runs = (await sync.control.history())["runs"]
            assert sum(run["moved"] for run in runs) == 1
            assert sum(run["trashed"] for run in runs) == 0


async def test_a_journal_that_can_not_be_written_is_a_clear_check_and_heals() -> None:
    with home() as place:
        (place / "journal/files.db").mkdir(parents=True)
        async with running(place) as sync:
            await eventually(lambda: sync.check("sync:journal")["status"] == "fail", "the check")
            assert sync.report()["state"] == "starting"
            assert "journal" in sync.check("sync:journal")["output"]

            (place / "journal/files.db").rmdir()

            await sync.ready()


async def test_a_corrupt_journal_is_set_aside_and_nothing_is_lost() -> None:
    with home() as place:
        async with running(place) as sync:
            await sync.ready()
            (sync.folder / "a").write_text("1")
            await eventually((sync.remote / "a").exists)
            assert sync.stop() == 0
        (place / "journal/files.db").write_bytes(b"not a database, certainly not" * 100)
        (place / "files/a").unlink()
        async with running(place) as sync:
            await sync.ready()

            assert (sync.folder / "a").read_text() == "1"
            assert sync.check("sync:journal")["status"] == "warn"
            assert list(Path(place / "journal").glob("files.db.corrupt-*"))


async def test_a_journal_damaged_while_running_is_proved_again_and_nothing_is_lost(sync: Sync) -> None:
    (sync.folder / "a").write_text("1")
    await eventually((sync.remote / "a").exists)
    journal = sync.home / "journal/files.db"

    with journal.open("r+b") as file:
        file.write(b"not a database, certainly not" * 500)
    journal.with_name("files.db-wal").unlink(missing_ok=True)
    (sync.folder / "b").write_text("2")

    await eventually((sync.remote / "b").exists, "the sync goes on")
    await eventually(lambda: sync.check("sync:journal")["status"] != "fail", "it is whole again, or begun anew")
    assert files_in(sync.folder) == files_in(sync.remote) == {"a": b"1", "b": b"2"}


async def test_wrong_settings_end_with_78_and_name_each_problem() -> None:
    with home() as place:
        async with running(place, HELIX_MODE="both", HELIX_SCAN_SECONDS="never") as sync:
            assert sync.process.wait(30) == 78

            assert "HELIX_MODE" in sync.log()
            assert "HELIX_SCAN_SECONDS" in sync.log()


async def test_an_emptied_folder_warns_and_goes_on_after_a_decision(sync: Sync) -> None:
    (sync.folder / "all").mkdir()
    for number in range(20):
        (sync.folder / f"all/{number}").write_text("x")
    await eventually(lambda: len(files_in(sync.remote)) == 20)
    await sync.control.sync(wait=20)

    (sync.folder / "all").rename(sync.home / "gone")  # at once, so that no pass sees half of it

    await eventually(lambda: sync.check("sync:guard")["status"] == "warn", "the guard")
    guard = (await sync.control.conflicts())["guards"][0]
    assert guard["kind"] == "empty-root"
    assert len(files_in(sync.remote)) == 20
    await sync.control.decide("files", "rescan")
    await eventually(lambda: len(files_in(sync.folder)) == 20, "everything is back")
    await eventually(lambda: sync.check("sync:guard")["status"] == "pass", "the guard stands down")
