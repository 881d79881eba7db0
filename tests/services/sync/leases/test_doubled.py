"""Do the two lines keep apart even those who do not know each other's database, and does neither hold up the other?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from helix.core.cases import Mode
from helix.errors import HelixError
from helix.parsing import Secret
from services.sync.lease import LOST, Grant, Lease, LeaseChanged, LeaseStore, LeaseTwin, SoleWriter
from services.sync.leases.choose import Leases, RowName
from services.sync.leases.doubled import DoubledStore, sum_up
from services.sync.leases.errors import StoreFailed
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.leases.sqlite import SqliteStore
from services.sync.machine import life
from services.sync.remotes.errors import Unreachable
from services.sync.remotes.memory import MemoryRemote, Moment, Store
from services.sync.remotes.remote import Remote
from services.sync.reserved import LEASE, MARKER
from tests.contracts.lease_contract import ELSEWHERE, TTL, Clock, contender
from tests.services.sync.world import folder

Rows = Callable[[str], LeaseStore]


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """One database."""
    return lambda name: SqliteStore(str(tmp_path / "lease.db"), name)


def doubled(rows: Rows, remote: Remote, owner: str) -> DoubledStore:
    return DoubledStore(rows, RowName(remote), RemoteFileStore(remote), owner)


async def test_a_helix_without_the_database_and_one_with_it_exclude_each_other(rows: Rows, clock: Clock) -> None:
    shared = Store()
    without = contender(RemoteFileStore(MemoryRemote(shared)), "without", clock)
    with_it = contender(doubled(rows, MemoryRemote(shared), "with"), "with", clock)
    await without.step()
    await with_it.step()
    first = without.held, with_it.held, with_it.rival
    await without.release()
    await with_it.step()
    await without.step()
    second = without.held, with_it.held, with_it.epoch
    clock.now += TTL + 0.1
    await without.step()
    await with_it.step()

    assert first == (True, False, True)
    assert second == (False, True, 2)
    assert (without.held, with_it.held, without.epoch) == (True, False, 3)


async def test_two_databases_on_one_remote_exclude_each_other(tmp_path: Path, clock: Clock) -> None:
    shared = Store()

    def with_database(name: str) -> Lease:
        rows = doubled(lambda row: SqliteStore(str(tmp_path / name), row), MemoryRemote(shared), name)
        return contender(rows, name, clock)

    one, two = with_database("one"), with_database("two")
    for _ in range(3):
        await one.step()
        await two.step()
        clock.now += 1.0

        assert (one.held, two.held) == (True, False)


async def test_containers_with_a_remote_each_do_not_wait_for_each_other(rows: Rows, clock: Clock) -> None:
    """Two `local:/data`, each on a disk of its own, and one database: one setting, two remotes."""
    mine, yours = MemoryRemote(), MemoryRemote()
    one, two = contender(doubled(rows, mine, "one"), "one", clock), contender(doubled(rows, yours, "two"), "two", clock)
    await one.step()
    await two.step()
    at_first = one.held, two.held
    mine.write(MARKER, b"identity of mine")

    await one.step()
    await two.step()
    yours.write(MARKER, b"identity of yours")
    for _ in range(3):
        await one.step()
        await two.step()

    assert at_first == (True, False)
    assert (one.held, two.held, one.epoch) == (True, True, 1)


async def test_the_row_of_an_unmarked_remote_moves_without_ending_the_claim(rows: Rows, clock: Clock) -> None:
    shared = Store()
    remote = MemoryRemote(shared)
    one, two = (
        contender(doubled(rows, remote, "one"), "one", clock),
        contender(doubled(rows, remote, "two"), "two", clock),
    )
    await one.step()
    fence = one.fence()
    remote.write(MARKER, b"identity")

    await one.step()
    await two.step()

    fence()
    assert (one.held, two.held) == (True, False)
    moved, left = await rows("identity").read(), await rows("memory:").read()
    assert (moved and moved.owner, left and left.released) == ("one", True)


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


async def test_a_zombie_writes_neither_line(rows: Rows, clock: Clock) -> None:
    shared = Store()
    one = doubled(rows, MemoryRemote(shared), "one")
    zombie = contender(one, "one", clock)
    two = contender(doubled(rows, MemoryRemote(shared), "two"), "two", clock)
    await zombie.step()
    await two.step()
    clock.now += TTL + 0.1
    await two.step()
    row, file = await rows("memory:").read(), shared.nodes[LEASE].content

    await zombie.step()

    assert (zombie.held, zombie.rival, two.held) == (False, True, True)
    assert (await rows("memory:").read(), shared.nodes[LEASE].content) == (row, file)


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


async def test_a_copy_of_our_home_is_found_out_through_both_lines(rows: Rows, clock: Clock) -> None:
    shared = Store()
    names = (f"home@{ELSEWHERE}", f"home@{life()}")
    first, copy = (contender(doubled(rows, MemoryRemote(shared), name), name, clock) for name in names)
    held = []
    for _ in range(3):
        await first.step()
        await copy.step()
        held.append((first.held, copy.held))
        clock.now += 1.0

    assert held == [(True, False)] * 3
    assert isinstance(copy.error, LeaseTwin)


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


def test_the_two_lines_sum_up_to_what_stands_in_the_way() -> None:
    free, mine, yours = Grant("x", 7, True, "f"), Grant("me", 5, False, "m"), Grant("you", 6, False, "y")
    other = Grant("other", 3, False, "o")

    assert sum_up(None, None, "me") is None
    assert sum_up(free, free, "me") == Grant("me", 7, True, "")
    assert sum_up(mine, free, "me") == Grant("me", 7, False, "m")
    assert sum_up(mine, Grant("me", 5, False, "later"), "me") == Grant("me", 5, False, "later")
    assert sum_up(None, yours, "me") == Grant("you", 6, False, "y")
    assert sum_up(mine, yours, "me") == Grant("you", 6, False, "y")
    assert sum_up(free, LOST, "me") == Grant("nobody", 7, False, "")
    assert sum_up(yours, LOST, "me") == Grant("you", 6, False, "y")
    assert sum_up(yours, other, "me") == Grant("you", 6, False, "y/o")


async def test_a_sqlite_file_that_can_not_be_used_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, certainly not\n" * 100)

    for path in (tmp_path / "nowhere" / "x.db", tmp_path / "text"):
        with pytest.raises(HelixError, match="DATABASE_URL"):
            await SqliteStore(str(path), "files").trial()


async def test_the_settings_choose_the_store(tmp_path: Path) -> None:
    local = folder(tmp_path)
    none, sqlite = Leases(None), Leases(Secret(f"sqlite:{tmp_path}/lease.db"))
    postgres = Leases(Secret("postgresql://u:p@127.0.0.1:1/x"))

    chosen = [type(leases.store(local, MemoryRemote(), "me")) for leases in (none, sqlite, postgres)]
    reader = sqlite.store(folder(tmp_path, mode=Mode.RESTORE), MemoryRemote(), "me")
    await postgres.close()

    assert chosen == [RemoteFileStore, DoubledStore, DoubledStore]
    assert isinstance(reader, SoleWriter)
