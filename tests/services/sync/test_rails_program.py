"""Does the real program tell a tripped rail and a pause in the same words everywhere, also after a restart?"""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from helix.cli import conflicts as cli_conflicts
from helix.cli import sync as cli_sync
from services.bot.replies import sync as discord
from tests.chaos import places
from tests.services.sync.running import Sync, eventually, home, running
from tests.services.sync.world import files_in


async def tripped(sync: Sync, check: str) -> dict[str, str]:
    """Wait for the rail, hold every outlet to the same cause and remedy, and give the guard."""
    await eventually(lambda: sync.check(check)["status"] == "warn", f"{check} warns; {sync.log()[-800:]}")
    told = sync.check(check)
    answer = await sync.control.conflicts()
    (guard,) = answer["guards"]
    assert (guard["text"], guard["remedy"]) == (told["output"], told["remedy"])
    outlets = [
        "\n".join(cli_conflicts._lines(answer)),
        "\n".join(line for folder in (await sync.control.plan())["folders"] for line in cli_sync._plan_lines(folder)),
        str(discord.conflicts(answer)),
        str((await sync.control.status())["folders"][0]["guard"]),
    ]
    for outlet in outlets:
        assert guard["text"] in outlet
        assert guard["remedy"] in outlet
    return dict(guard)


@asynccontextmanager
async def small_disk() -> AsyncIterator[tuple[Path, Sync]]:
    """A sync whose folder lies on a disk of 20 MB."""
    with home() as place, places.tmpfs(megabytes=20) as disk:
        async with running(place, HELIX_FOLDER=str(disk / "files")) as sync:
            yield disk, sync


async def test_a_folder_on_a_small_disk_asks_before_it_is_filled_and_goes_on_when_there_is_room() -> None:
    async with small_disk() as (disk, sync):
        await sync.ready()
        filler = disk / "filler"
        filler.write_bytes(bytes(12 << 20))
        (sync.remote / "big").write_bytes(bytes(10 << 20))

        guard = await tripped(sync, "sync:disk")

        assert guard["kind"] == "disk-floor"
        assert not (disk / "files/big").exists()
        filler.unlink()
        await sync.control.sync(wait=20)
        await eventually((disk / "files/big").exists, "the download")
        await eventually(lambda: sync.check("sync:disk")["status"] == "pass", "the rail stands down")


async def test_a_clock_that_jumped_while_the_program_was_away_is_asked_about_and_decided() -> None:
    with home() as place:
        async with running(place) as sync:
            await sync.ready()
            (sync.folder / "old").write_text("x")
            await eventually((sync.remote / "old").exists)
            assert sync.stop() == 0
            with sqlite3.connect(place / "journal/files.db") as journal:
                journal.execute("UPDATE facts SET value=? WHERE name='last_run'", (repr(time.time() + 86_400),))
            journal.close()
            (sync.folder / "new").write_text("x")
            sync.again()
            await sync.ready()

            guard = await tripped(sync, "sync:guard")

            assert guard["kind"] == "clock-jump"
            assert not (sync.remote / "new").exists()
            await sync.control.decide("files", "proceed")
            await eventually((sync.remote / "new").exists, "the pass")
            await eventually(lambda: sync.check("sync:guard")["status"] == "pass", "the rail stands down")


async def test_a_pause_is_still_there_after_a_kill_and_said_everywhere() -> None:
    with home() as place:
        async with running(place) as sync:
            await sync.ready()
            (sync.folder / "old").write_text("x")
            await eventually((sync.remote / "old").exists)
            await sync.control.pause()
            sync.kill()
            (sync.folder / "new").write_text("x")

            sync.again()
            await sync.ready()

            await eventually(lambda: sync.check("sync:paused")["status"] == "warn", "the check")
            assert "helix sync resume" in sync.check("sync:paused")["remedy"]
            assert sync.report()["facts"]["paused"] is True
            status = await sync.control.status()
            assert (status["paused"], status["folders"][0]["state"]) == (True, "paused")
            assert "Paused" in discord.folders(status).text
            assert [a["path"] for a in (await sync.control.plan())["folders"][0]["actions"]] == ["new"]
            assert set(files_in(sync.remote)) == {"old"}
            await sync.control.resume()
            await eventually((sync.remote / "new").exists, "the pass")
            await eventually(lambda: sync.check("sync:paused")["status"] == "pass", "the check")
