"""Is there one writer at a time, and does the next one come when the first is gone?"""

import json
import signal
from pathlib import Path

import pytest

from helix.errors import HelixError
from services.sync.lease import Grant
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.leases.sqlite import SqliteStore
from services.sync.remotes.memory import MemoryRemote
from services.sync.reserved import LEASE
from tests.contracts.lease_contract import TTL, Clock, contender
from tests.services.sync.far import files_in
from tests.services.sync.running import Sync, eventually, home, running


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_store_that_can_not_be_asked_leaves_the_holder_its_time_and_no_longer(
    tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "lease.db"
    lease = contender(SqliteStore(str(path), "files"), "one", clock)
    await lease.step()
    path.unlink()
    path.mkdir()

    await lease.step()
    in_time = lease.held
    clock.now += TTL

    assert in_time
    assert isinstance(lease.error, HelixError)
    assert not lease.held


async def test_an_unreadable_lease_expires_like_any_other(clock: Clock) -> None:
    remote = MemoryRemote()
    remote.write(LEASE, b"\x00 not json")
    lease = contender(RemoteFileStore(remote), "one", clock)

    await lease.step()
    before = lease.held
    clock.now += TTL
    await lease.step()

    assert not before
    assert lease.held


async def test_a_new_container_stands_by_and_takes_over_when_the_old_one_stops() -> None:
    with home() as old_home, home() as new_home:
        remote = f"local:{old_home / 'remote'}"
        async with running(old_home, HELIX_REMOTE=remote) as old:
            await old.ready()
            for number in range(50):
                (old.folder / f"{number}").write_text(f"old {number}")
            await eventually(lambda: len(files_in(old.remote)) == 50)
            async with running(new_home, HELIX_REMOTE=remote) as new:
                await new.ready("standby")
                assert files_in(new.folder) == files_in(old.folder)
                (new.folder / "late").write_text("from the new one")
                (old.folder / "last words").write_text("from the old one")

                assert old.stop() == 0
                await new.ready("writer")

                await eventually((new.remote / "late").exists, "the new one writes")
                await eventually(lambda: len(files_in(new.folder)) == 52, "nothing is lost")
                await eventually(lambda: files_in(new.folder) == files_in(new.remote), "both agree")
                assert epoch_of(new) == 2


async def test_a_container_that_was_frozen_past_its_time_writes_nothing() -> None:
    with home() as old_home, home() as new_home:
        remote = f"local:{old_home / 'remote'}"
        async with running(old_home, HELIX_REMOTE=remote) as old:
            await old.ready()
            (old.folder / "a").write_text("first")
            await eventually((old.remote / "a").exists)
            old.process.send_signal(signal.SIGSTOP)
            async with running(new_home, HELIX_REMOTE=remote) as new:
                await new.ready("standby")
                await new.ready("writer")
                (new.folder / "a").write_text("second")
                await eventually(lambda: (new.remote / "a").read_text() == "second")
                (old.folder / "zombie").write_text("from the zombie")

                old.process.send_signal(signal.SIGCONT)
                await eventually(lambda: old.report()["state"] == "standby", "the zombie stands by")
                await eventually(lambda: (old.folder / "a").read_text() == "second", "and follows")

                assert not (new.remote / "zombie").exists()
                assert epoch_of(new) == 2


def epoch_of(sync: Sync) -> int:
    epoch: int = json.loads((sync.remote / LEASE).read_bytes())["epoch"]
    return epoch


def test_the_grant_survives_its_encoding() -> None:
    grant = Grant("me", 7, True, "abc")

    assert Grant.decode(grant.encode()) == grant
