"""Is there one writer at a time, and does the next one come when the first is gone?"""

import asyncio
import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from helix.errors import HelixError
from services.sync.lease import Grant, Lease, LeaseLost
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.leases.sqlite import SqliteStore
from services.sync.machine import life, waking_clock
from services.sync.remotes.memory import MemoryRemote, Store
from services.sync.reserved import LEASE, MARKER
from tests.contracts.lease_contract import ELSEWHERE, TTL, Clock, contender
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


async def with_its_lease_deleted(clock: Clock) -> tuple[Lease, Lease]:
    """A holder, and one that has seen the lease and then that it is gone."""
    store = Store()
    one, two = (contender(RemoteFileStore(MemoryRemote(store)), name, clock) for name in ("one", "two"))
    await one.step()
    await two.step()
    MemoryRemote(store).delete(LEASE)
    await two.step()
    return one, two


async def test_a_deleted_lease_frees_nothing_at_once_and_its_holder_has_it_back(clock: Clock) -> None:
    one, two = await with_its_lease_deleted(clock)
    grabbed = two.held

    await one.step()
    await one.step()

    assert not grabbed
    assert (one.held, one.epoch) == (True, 2)
    await two.step()
    assert not two.held


async def test_a_deleted_lease_whose_holder_is_dead_is_taken_over_after_its_whole_time(clock: Clock) -> None:
    _, two = await with_its_lease_deleted(clock)

    clock.now += TTL
    await two.step()

    assert (two.held, two.epoch) == (True, 2)


async def test_a_spoiled_lease_does_not_turn_the_epoch_back(clock: Clock) -> None:
    remote = MemoryRemote()
    lease = contender(RemoteFileStore(remote), "one", clock)
    for _ in range(3):
        await lease.step()
        clock.now += TTL  # lapsed: it is claimed anew
    before = lease.epoch

    remote.write(LEASE, b"spoiled")
    await lease.step()
    clock.now += TTL
    await lease.step()

    assert before == 3
    assert (lease.held, lease.epoch) == (True, 4)


async def test_a_claim_that_has_lapsed_is_claimed_anew_and_lets_no_old_pass_go_on(clock: Clock) -> None:
    lease = contender(RemoteFileStore(MemoryRemote()), "one", clock)
    await lease.step()
    fence = lease.fence()

    clock.now += TTL
    await lease.step()

    assert (lease.held, lease.epoch) == (True, 2)
    with pytest.raises(LeaseLost):
        fence()


async def test_two_with_copies_of_one_home_never_write_together_and_are_told(clock: Clock) -> None:
    store = Store()
    one, copy = (
        contender(RemoteFileStore(MemoryRemote(store)), f"home@{where}", clock) for where in (ELSEWHERE, life())
    )
    held = []
    for _ in range(5):
        await one.step()
        await copy.step()
        held.append((one.held, copy.held))
        clock.now += TTL / 6

    assert held == [(True, False)] * 5
    assert "copy of this one's HELIX_HOME" in str(copy.error)
    await one.release()
    await copy.step()
    assert copy.held
    assert copy.error is None


async def test_a_deleted_lease_lets_nobody_in_who_starts_before_its_holder_has_it_back(clock: Clock) -> None:
    store = Store()
    MemoryRemote(store).write(MARKER, b"identity")
    holder, new = (contender(RemoteFileStore(MemoryRemote(store)), name, clock) for name in ("holder", "new"))
    MemoryRemote(store).write(LEASE, Grant("gone", 4, True, "n").encode())
    await holder.step()
    MemoryRemote(store).delete(LEASE)

    await new.step()
    grabbed = new.held, new.rival
    await holder.step()
    await holder.step()
    clock.now += TTL / 6
    await new.step()

    assert grabbed == (False, True)
    assert (holder.held, holder.epoch, new.held) == (True, 6, False)


async def test_a_remote_that_was_used_before_and_has_no_lease_is_claimed_after_its_whole_time(clock: Clock) -> None:
    remote = MemoryRemote()
    remote.write(MARKER, b"identity")
    new = contender(RemoteFileStore(remote), "new", clock)
    await new.step()
    clock.now += TTL - 0.1
    await new.step()
    early = new.held

    clock.now += 0.2
    await new.step()

    assert not early
    assert (new.held, new.epoch, new.rival) == (True, 1, False)


async def test_two_that_start_at_once_end_with_one_writer(clock: Clock) -> None:
    store = Store()
    contenders = [contender(RemoteFileStore(MemoryRemote(store)), f"{n}", clock) for n in range(8)]

    await asyncio.gather(*(one.step() for one in contenders))

    assert [one.held for one in contenders].count(True) == 1


async def test_a_renewal_that_took_longer_than_the_claim_lasts_gives_nothing(clock: Clock) -> None:
    slow = SlowStore(RemoteFileStore(MemoryRemote()), clock)
    lease = contender(slow, "one", clock)
    await lease.step()

    slow.seconds = TTL
    await lease.step()

    assert not lease.held


class SlowStore:
    """A store whose writes take long, as the clock of the test has it."""

    def __init__(self, inner: RemoteFileStore, clock: Clock) -> None:
        self.inner, self.clock, self.seconds = inner, clock, 0.0

    async def read(self) -> Grant | None:
        return await self.inner.read()

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        await self.inner.write(grant, over=over)
        self.clock.now += self.seconds


def test_the_lease_counts_the_time_while_the_machine_sleeps() -> None:
    asked: list[int] = []

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time, "clock_gettime", lambda which: asked.append(which) or 1.0)
        waking_clock()

    assert asked == [getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)]


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


async def test_a_container_with_a_copy_of_the_writers_home_stands_by() -> None:
    with home() as old_home, home() as new_home:
        remote = f"local:{old_home / 'remote'}"
        async with running(old_home, HELIX_REMOTE=remote) as old:
            await old.ready()
            (old.folder / "a").write_text("x")
            await eventually((old.remote / "a").exists)
            await old.control.sync(wait=20)  # nothing is written while it is copied
            for part in ("journal", "files"):
                shutil.copytree(old_home / part, new_home / part)
            async with running(new_home, HELIX_REMOTE=remote) as copy:
                await copy.ready("standby")
                await eventually(lambda: "copy of" in copy.check("sync:lease")["output"], "it says so")
                assert copy.check("sync:lease")["status"] == "warn"
                (copy.folder / "b").write_text("waits")
                assert epoch_of(old) == 1

                assert old.stop() == 0

                await copy.ready("writer")
                await eventually((copy.remote / "b").exists, "the copy writes")
                assert epoch_of(copy) == 2


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
