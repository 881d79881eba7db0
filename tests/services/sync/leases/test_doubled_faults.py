"""What becomes of a claim when one of its two lines fails, is lost, or is overtaken?"""

import pytest

from services.sync.lease import Grant, LeaseChanged, LeaseStore
from services.sync.leases.errors import StoreFailed
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.remotes.errors import Unreachable
from services.sync.remotes.memory import MemoryRemote, Moment, Store
from services.sync.reserved import LEASE, MARKER
from tests.contracts.lease_contract import TTL, Clock, contender
from tests.services.sync.leases.two_lines import Rows, doubled


class Line:
    """A row that fails on demand: before it has done what it was asked, or after."""

    def __init__(self, inner: LeaseStore) -> None:
        self.inner = inner
        self.reads_fail = self.writes_fail = self.answers_are_lost = False

    async def read(self) -> Grant | None:
        if self.reads_fail:
            raise StoreFailed("down")
        return await self.inner.read()

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        if self.writes_fail:
            raise StoreFailed("down")
        await self.inner.write(grant, over=over)
        if self.answers_are_lost:
            raise StoreFailed("no answer")


@pytest.mark.parametrize("fault", ["reads_fail", "writes_fail"])
async def test_without_the_database_nobody_claims_and_the_remote_is_left_to_its_file(
    rows: Rows, clock: Clock, fault: str
) -> None:
    line = Line(rows("x"))
    setattr(line, fault, True)
    lease = contender(doubled(lambda _: line, MemoryRemote(), "one"), "one", clock)

    await lease.step()

    assert not lease.held
    assert isinstance(lease.error, StoreFailed)
    assert not lease.answered


async def test_whoever_can_not_write_to_the_remote_lets_the_next_one_have_both_lines(rows: Rows, clock: Clock) -> None:
    shared, broken = Store(), False

    def faults(operation: str, path: str, moment: Moment) -> None:
        if broken and operation == "upload" and moment is Moment.BEFORE:
            raise Unreachable("the network of one is broken")

    one = contender(doubled(rows, MemoryRemote(shared, faults), "one"), "one", clock)
    two = contender(doubled(rows, MemoryRemote(shared), "two"), "two", clock)
    await one.step()
    await two.step()
    broken = True
    for _ in range(int(TTL) + 1):
        clock.now += 1.0
        await one.step()
        await two.step()

        assert not (one.held and two.held)

    assert (one.held, two.held, two.epoch) == (False, True, 2)


async def test_an_answer_that_was_lost_does_not_end_the_claim(rows: Rows, clock: Clock) -> None:
    line = Line(rows("x"))
    lease = contender(doubled(lambda _: line, MemoryRemote(), "one"), "one", clock)
    await lease.step()
    fence = lease.fence()
    line.answers_are_lost = True
    await lease.step()
    failed = lease.error
    line.answers_are_lost = False

    await lease.step()
    clock.now += TTL * 0.7

    assert isinstance(failed, StoreFailed)
    assert (lease.held, lease.epoch, lease.error) == (True, 1, None)
    fence()


async def test_a_loser_in_the_database_gives_the_file_back(rows: Rows) -> None:
    shared = Store()
    late = doubled(lambda _: Overtaken(rows("x")), MemoryRemote(shared), "late")
    await late.read()

    with pytest.raises(LeaseChanged):
        await late.write(Grant("late", 1, False, "n"), over=None)

    file = Grant.decode(shared.nodes[LEASE].content or b"")
    assert (file.owner, file.released) == ("late", True)


class Overtaken(Line):
    """Somebody else writes the row right before us."""

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        raise LeaseChanged


async def test_the_database_is_released_even_if_the_remote_is_gone(rows: Rows, clock: Clock) -> None:
    shared, gone = Store(), False

    def faults(operation: str, path: str, moment: Moment) -> None:
        if gone:
            raise Unreachable("gone")

    remote = MemoryRemote(shared, faults)
    remote.write(MARKER, b"identity")
    lease = contender(doubled(rows, remote, "one"), "one", clock)
    await lease.step()
    clock.now += TTL  # the remote was used before, and has no lease
    await lease.step()
    gone = True

    await lease.release()

    row = await rows("identity").read()
    assert row is not None
    assert row.released


async def test_a_file_that_somebody_deletes_ends_no_claim_and_lets_nobody_in(rows: Rows, clock: Clock) -> None:
    shared = Store()
    remote = MemoryRemote(shared)
    remote.write(MARKER, b"identity")
    remote.write(LEASE, Grant("gone", 4, True, "n").encode())
    one = contender(doubled(rows, remote, "one"), "one", clock)
    await one.step()
    fence = one.fence()
    remote.delete(LEASE)
    without = contender(RemoteFileStore(MemoryRemote(shared)), "without", clock)

    await without.step()
    grabbed = without.held
    await one.step()
    await without.step()

    fence()
    assert (grabbed, one.held, one.epoch, without.held) == (False, True, 5, False)


async def test_a_lost_file_and_a_row_that_nobody_holds_are_claimed_after_their_whole_time(
    rows: Rows, clock: Clock
) -> None:
    remote = MemoryRemote()
    remote.write(MARKER, b"identity")
    await rows("identity").write(Grant("gone", 4, True, "n"), over=None)
    new = contender(doubled(rows, remote, "new"), "new", clock)
    await new.step()
    early = new.held

    clock.now += TTL + 0.1
    await new.step()

    assert not early
    assert (new.held, new.epoch) == (True, 5)
