"""What when the resident rclone dies, stands still or starts anew in the middle of the work?"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.rclone import rc as rc_module
from services.sync.remotes.rclone import transfer
from services.sync.remotes.rclone.rc import Rc
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import MegaServer, Stall
from tests.emulators.mega.faults import Fault
from tests.services.sync.remotes.rcd import Rcd, mega_settings

PATIENCE_SECONDS = 60.0


@pytest.fixture
def server() -> Iterator[MegaServer]:
    with MegaServer() as server:
        server.add_account("me@example.org", "secret")
        yield server


@pytest.fixture
def rcd(server: MegaServer) -> Iterator[Rcd]:
    with Rcd(X_MEGA_API_URL=server.url, **mega_settings("m")) as rcd:
        yield rcd


@pytest.fixture
def source(tmp_path: Path) -> Source:
    file = tmp_path / "source"
    file.write_bytes(b"x" * 200_000)
    return Source.of(str(file))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped rclone is noticed at once."""
    monkeypatch.setattr(rc_module, "_PULSE_SECONDS", 0.1)
    monkeypatch.setattr(rc_module, "ALIVE_SECONDS", 0.5)
    monkeypatch.setattr(transfer, "ALIVE_SECONDS", 0.5)


async def until_it_strikes(fault: Fault) -> None:
    """Wait for a fault of the server."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not fault.happened:
        assert time.monotonic() < deadline
        await asyncio.to_thread(time.sleep, 0.01)


async def test_an_rclone_killed_in_an_upload_ends_it_and_the_next_rclone_stores_the_file_once(
    server: MegaServer, rcd: Rcd, source: Source
) -> None:
    remote = RcloneRemote("m", "top", rcd.socket, owner="me")
    await remote.connect()
    fault = server.fail("upload", Stall(3600), times=None)
    upload = asyncio.create_task(remote.upload(source, "a", expect=None))
    await until_it_strikes(fault)

    rcd.process.kill()
    with pytest.raises(Unreachable, match="rclone does not answer"):
        await upload
    server.heal()
    rcd.process.wait()
    rcd.start()
    await remote.connect()
    entry = await remote.upload(source, "a", expect=None)

    assert [seen async for batch in remote.listing() for seen in batch] == [entry]
    assert [path for path in server.world.accounts["me@example.org"].files() if path.startswith("top/")] == ["top/a"]
    await remote.close()


@pytest.mark.usefixtures("impatient")
async def test_an_rclone_that_stands_still_ends_every_call_in_its_time_and_goes_on_afterwards(
    rcd: Rcd, source: Source
) -> None:
    remote = RcloneRemote("m", "top", rcd.socket, owner="me")
    await remote.connect()

    with rcd.standing_still():
        for call in (
            lambda: remote.stat("a"),
            lambda: remote.upload(source, "a", expect=None),
            lambda: anext(remote.listing()),
        ):
            with pytest.raises(Unreachable):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await call()
    await remote.connect()
    entry = await remote.upload(source, "a", expect=None)

    assert [seen async for batch in remote.listing() for seen in batch] == [entry]
    await remote.close()


@pytest.mark.usefixtures("impatient")
async def test_an_rclone_that_stands_still_in_a_transfer_ends_it(server: MegaServer, rcd: Rcd, source: Source) -> None:
    remote = RcloneRemote("m", "top", rcd.socket, owner="me")
    await remote.connect()
    fault = server.fail("upload", Stall(3600), times=None)
    upload = asyncio.create_task(remote.upload(source, "a", expect=None))
    await until_it_strikes(fault)

    with rcd.standing_still(), pytest.raises(Unreachable):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await upload

    rcd.process.kill()
    await remote.close()


async def test_a_long_command_of_a_live_rclone_is_not_cut_short(
    server: MegaServer, rcd: Rcd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rc_module, "_PULSE_SECONDS", 0.01)
    rc = Rc(rcd.socket)

    answer = await rc.call("core/command", {"command": "version", "returnType": "COMBINED_OUTPUT"})

    assert "rclone" in answer["result"]
    await rc.close()


async def test_rclone_s_memory_and_descriptors_do_not_grow_with_the_number_of_files(
    tmp_path: Path,
) -> None:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as rcd:
        remote = RcloneRemote("here", str(tmp_path / "there"), rcd.socket, owner="me")
        await remote.connect()
        file = tmp_path / "file"
        file.write_bytes(b"x")
        descriptors = Path(f"/proc/{rcd.process.pid}/fd")

        async def many(name: str) -> tuple[int, int]:
            for number in range(10):
                names = [f"{name}/{number}-{index}" for index in range(20)]
                await asyncio.gather(*(remote.upload(Source.of(str(file)), one, expect=None) for one in names))
            return len(list(descriptors.iterdir())), int(rcd.call("core/memstats")["HeapInuse"])

        first = await many("first")
        second = await many("second")

        assert second[0] <= first[0] + 20
        assert second[1] <= first[1] + (24 << 20)
        await remote.close()
