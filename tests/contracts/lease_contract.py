"""Does a lease store let one container write at a time? The one suite that every store passes.

A store's own test class gives the fixture `stores`, which makes one store for each contender's name, all on one lease.
"""

import asyncio
import os
import random
from collections.abc import Callable

import pytest

from services.sync.lease import Grant, Lease, LeaseChanged, LeaseLost, LeaseStore
from services.sync.machine import life

TTL = 10.0
SEED = int(os.environ.get("HELIX_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
CROWD = 8
Stores = Callable[[str], LeaseStore]


class Clock:
    """A monotonic clock that only tests move; a crooked one runs at a rate of its own."""

    def __init__(self, rate: float = 1.0, offset: float = 1000.0) -> None:
        self.now = 0.0
        self._rate = rate
        self._offset = offset

    def __call__(self) -> float:
        return self._offset + self.now * self._rate


def contender(store: LeaseStore, name: str, clock: Clock) -> Lease:
    return Lease(store, name, on_change=lambda: None, ttl=TTL, clock=clock)


def past_life(number: int = 0) -> str:
    """The name of a process that was on this machine before, and is no more: it had our number."""
    return f"{life().rpartition(':')[0]}:{number}"


ELSEWHERE = "another boot:4026531836:17:500"
"""A process on another machine, which nobody can look at from here."""


class LeaseContract:
    """The promises, one test each."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def one(self, stores: Stores, clock: Clock) -> Lease:
        return contender(stores("one"), "one", clock)

    @pytest.fixture
    def two(self, stores: Stores, clock: Clock) -> Lease:
        return contender(stores("two"), "two", clock)

    async def test_the_first_holds_and_the_second_stands_by(self, one: Lease, two: Lease) -> None:
        await one.step()
        await two.step()

        assert (one.held, one.epoch, one.rival) == (True, 1, False)
        assert (two.held, two.epoch, two.rival) == (False, 0, True)

    async def test_a_released_lease_passes_on_at_once_with_the_next_epoch(self, one: Lease, two: Lease) -> None:
        await one.step()
        await two.step()

        await one.release()
        await two.step()

        assert not one.held
        assert (two.held, two.epoch, two.rival) == (True, 2, False)

    async def test_a_lease_that_nobody_renews_is_taken_over_only_after_its_whole_time(
        self, one: Lease, two: Lease, clock: Clock
    ) -> None:
        await one.step()
        await two.step()

        clock.now += TTL - 0.1
        await two.step()
        early = two.held
        clock.now += 0.2
        await two.step()

        assert not early
        assert (two.held, two.epoch) == (True, 2)

    async def test_a_renewed_lease_is_not_taken_over(self, one: Lease, two: Lease, clock: Clock) -> None:
        await one.step()
        for _ in range(6):
            clock.now += TTL / 2
            await one.step()
            await two.step()

            assert (one.held, one.epoch) == (True, 1)
            assert not two.held

    async def test_a_zombie_fences_itself_before_others_may_begin(self, one: Lease, two: Lease, clock: Clock) -> None:
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

    async def test_a_fence_of_an_old_epoch_stays_down_when_the_lease_comes_back(
        self, one: Lease, two: Lease, clock: Clock
    ) -> None:
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

    async def test_who_comes_after_a_crash_on_the_same_machine_has_the_lease_back_at_once(
        self, stores: Stores, clock: Clock
    ) -> None:
        before, after = f"home@{past_life()}", f"home@{life()}"
        await contender(stores(before), before, clock).step()

        again = contender(stores(after), after, clock)
        await again.step()

        assert (again.held, again.epoch) == (True, 2)

    @pytest.mark.parametrize("copied", [False, True], ids=["another home", "a copy of the home"])
    async def test_who_lives_elsewhere_keeps_its_lease_until_it_expires(
        self, stores: Stores, clock: Clock, copied: bool
    ) -> None:
        there, here = f"home@{ELSEWHERE}", f"{'home' if copied else 'another'}@{life()}"
        one, two = contender(stores(there), there, clock), contender(stores(here), here, clock)
        await one.step()
        await two.step()
        at_first = two.held
        await one.step()
        await two.step()
        told = "has a copy of this one's HELIX_HOME" in str(two.error)
        clock.now += TTL + 0.1
        await two.step()

        assert not at_first
        assert told is copied
        assert (two.held, two.epoch, two.error) == (True, 2, None)

    async def test_a_write_over_something_else_than_expected_is_refused(self, stores: Stores) -> None:
        one, two = stores("one"), stores("two")
        await one.write(Grant("one", 1, False, "n1"), over=None)

        with pytest.raises(LeaseChanged):
            await two.write(Grant("two", 1, False, "n2"), over=None)
        with pytest.raises(LeaseChanged):
            await one.write(Grant("one", 1, False, "n3"), over=Grant("one", 1, False, "another"))

        there = await two.read()
        assert there is not None
        assert (there.owner, there.epoch, there.released) == ("one", 1, False)

    async def test_many_claimants_with_crooked_clocks_never_hold_it_together(self, stores: Stores) -> None:
        rng = random.Random(SEED)
        clocks = [Clock(rng.uniform(0.95, 1.05), rng.uniform(0, 1e6)) for _ in range(4)]
        crowd = [contender(stores(f"c{number}"), f"c{number}", clock) for number, clock in enumerate(clocks)]
        print(f"seed {SEED}")
        epochs: dict[int, Lease] = {}
        for _ in range(150):
            lease = rng.choice(crowd)
            await (lease.release() if rng.random() < 0.1 else lease.step())
            held = [each for each in crowd if each.held]

            assert len(held) <= 1, f"two writers; seed {SEED}"
            for each in held:
                assert epochs.setdefault(each.epoch, each) is each, f"one epoch twice; seed {SEED}"
            passed = rng.choice((0.0, 0.5, 2.0, TTL / 2, TTL * 1.2))
            for clock in clocks:
                clock.now += passed
        assert len(epochs) > 3, f"nothing happened; seed {SEED}"


class ExactLeaseContract(LeaseContract):
    """What a store promises besides where compare and write are one step."""

    async def test_a_crowd_at_once_has_one_winner_and_one_successor(self, stores: Stores, clock: Clock) -> None:
        crowd = [contender(stores(f"c{number}"), f"c{number}", clock) for number in range(CROWD)]

        await asyncio.gather(*(lease.step() for lease in crowd))
        first = [lease for lease in crowd if lease.held]
        rest = [lease for lease in crowd if not lease.held]
        await asyncio.gather(*(lease.step() for lease in rest))
        clock.now += TTL + 0.1
        await asyncio.gather(*(lease.step() for lease in rest))

        assert len(first) == 1
        assert sorted(lease.epoch for lease in rest) == [0] * (CROWD - 2) + [2]
