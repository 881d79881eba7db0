"""Is there one writer at a time, and does the next one come when the first is gone?"""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from helix.errors import HelixError
from services.sync.lease import Grant, Lease, LeaseChanged, LeaseLost, LeaseStore
from services.sync.lease_stores import RemoteFileStore, SqliteStore
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote, Store
from services.sync.reserved import LEASE
from tests.services.sync.far import files_in
from tests.services.sync.running import Sync, eventually, home, running

TTL = 10.0
Stores = Callable[[], LeaseStore]


class Clock:
    """A monotonic clock that only tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "disk", "sqlite"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    """Makes stores that all see the same lease, one a contender."""
    match request.param:
        case "memory":
            shared = Store()
            return lambda: RemoteFileStore(MemoryRemote(shared))
        case "disk":
            return lambda: RemoteFileStore(LocalRemote(str(tmp_path)))
        case _:
            return lambda: SqliteStore(str(tmp_path / "lease.db"), "files")


def contender(store: LeaseStore, name: str, clock: Clock) -> Lease:
    return Lease(store, name, on_change=lambda: None, ttl=TTL, clock=clock)


async def test_the_first_holds_and_the_second_stands_by(stores: Stores, clock: Clock) -> None:
    one, two = contender(stores(), "one", clock), contender(stores(), "two", clock)

    await one.step()
    await two.step()

    assert (one.held, one.epoch) == (True, 1)
    assert (two.held, two.epoch) == (False, 0)


async def test_a_released_lease_passes_on_at_once_with_the_next_epoch(stores: Stores, clock: Clock) -> None:
    one, two = contender(stores(), "one", clock), contender(stores(), "two", clock)
    await one.step()
    await two.step()

    await one.release()
    await two.step()

    assert not one.held
    assert (two.held, two.epoch) == (True, 2)


async def test_a_lease_that_nobody_renews_is_taken_over_only_after_its_whole_time(stores: Stores, clock: Clock) -> None:
    one, two = contender(stores(), "one", clock), contender(stores(), "two", clock)
    await one.step()
    await two.step()

    clock.now += TTL - 0.1
    await two.step()
    early = two.held
    clock.now += 0.2
    await two.step()

    assert not early
    assert (two.held, two.epoch) == (True, 2)


async def test_a_renewed_lease_is_not_taken_over(stores: Stores, clock: Clock) -> None:
    one, two = contender(stores(), "one", clock), contender(stores(), "two", clock)
    await one.step()
    for _ in range(10):
        clock.now += TTL / 2
        await one.step()
        await two.step()

        assert one.held
        assert not two.held


async def test_a_zombie_fences_itself_before_others_may_begin(stores: Stores, clock: Clock) -> None:
    one, two = contender(stores(), "one", clock), contender(stores(), "two", clock)
    await one.step()
    await two.step()
    fence = one.fence()
    fence()

    clock.now += TTL * 0.85

    with pytest.raises(LeaseLost):
        fence()
    clock.now += TTL
    await two.step()
    await one.step()
    assert two.held
    assert not one.held
    with pytest.raises(LeaseLost):
        fence()


async def test_a_fence_of_an_old_epoch_stays_down_when_the_lease_comes_back(stores: Stores, clock: Clock) -> None:
    one, two = contender(stores(), "one", clock), contender(stores(), "two", clock)
    await one.step()
    old = one.fence()
    clock.now += TTL * 3
    await two.step()
    clock.now += TTL * 3
    await two.step()
    await two.release()
    await one.step()
    await one.step()

    assert one.held
    with pytest.raises(LeaseLost):
        old()
    one.fence()()


async def test_the_same_container_has_its_lease_back_at_once(stores: Stores, clock: Clock) -> None:
    await contender(stores(), "one", clock).step()

    again = contender(stores(), "one", clock)
    await again.step()

    assert (again.held, again.epoch) == (True, 2)


async def test_a_write_over_something_else_than_expected_is_refused(stores: Stores) -> None:
    one, two = stores(), stores()
    first = Grant("one", 1, False, "n1")
    await one.write(first, over=None)

    with pytest.raises(LeaseChanged):
        await two.write(Grant("two", 1, False, "n2"), over=None)

    assert await two.read() == first


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
