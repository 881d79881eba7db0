"""Does a stop carry to the remote what only this disk holds, as far as the time allows?"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.services.sync.running import Sync, eventually, home, running
from tests.services.sync.world import files_in

LONG = "600"


async def test_sigterm_flushes_what_has_not_settled_and_leaves_in_time() -> None:
    with home() as place:
        async with running(place, HELIX_SETTLE_SECONDS=LONG) as sync:
            await sync.ready()
            for number in range(200):
                (sync.folder / f"{number}").write_bytes(os.urandom(2000))

            assert sync.stop() == 0

            assert files_in(sync.remote) == files_in(sync.folder)
            assert not (place / "run/sync.json").exists()


async def test_both_contents_of_a_conflict_are_on_the_remote_after_the_stop() -> None:
    with home() as place:
        async with running(place, HELIX_SETTLE_SECONDS=LONG, HELIX_SCAN_SECONDS=LONG) as sync:
            await sync.ready()
            (sync.folder / "a.txt").write_bytes(b"made here")
            (sync.remote / "a.txt").write_bytes(b"made there")

            assert sync.stop() == 0

            assert sorted(files_in(sync.remote).values()) == [b"made here", b"made there"]


@asynccontextmanager
async def kept_on_a_volume() -> AsyncIterator[tuple[Sync, Path]]:
    """A sync whose remote lies on a volume, and the volume's place."""
    with home() as place:
        volume = place / "volume"
        volume.mkdir()
        async with running(place, HELIX_REMOTE=f"local:{volume}/there") as sync:
            await sync.ready()
            yield sync, volume


async def lose(volume: Path, sync: Sync) -> None:
    """The remote goes, and a few passes fail, so that the next one would come late."""
    volume.rename(volume.with_name("away"))
    (sync.folder / "new").write_bytes(b"made meanwhile")
    await eventually(lambda: sync.log().count("pass_failed") >= 4, "passes that fail")


async def test_a_remote_that_is_back_gets_what_was_made_while_it_was_gone() -> None:
    async with kept_on_a_volume() as (sync, volume):
        await lose(volume, sync)
        volume.with_name("away").rename(volume)

        assert sync.stop() == 0

        assert files_in(sync.remote) == {"new": b"made meanwhile"}


async def test_a_remote_that_comes_back_while_the_program_stops_gets_it_too() -> None:
    async with kept_on_a_volume() as (sync, volume):
        await lose(volume, sync)
        failed = sync.log().count("pass_failed")

        sync.process.send_signal(signal.SIGTERM)
        await eventually(lambda: sync.log().count("pass_failed") > failed, "the last pass fails")
        volume.with_name("away").rename(volume)

        assert await asyncio.to_thread(sync.process.wait, 40) == 0
        assert files_in(sync.remote) == {"new": b"made meanwhile"}


async def test_a_remote_that_stays_away_holds_the_stop_up_for_its_time_only() -> None:
    async with kept_on_a_volume() as (sync, volume):
        await lose(volume, sync)

        assert sync.stop() == 0

        assert files_in(sync.folder) == {"new": b"made meanwhile"}
