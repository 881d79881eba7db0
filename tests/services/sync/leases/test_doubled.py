"""Do the two lines keep apart even those who do not know each other's database, and does neither hold up the other?"""

from pathlib import Path

from services.sync.lease import LOST, Grant, Lease, LeaseTwin
from services.sync.leases.doubled import sum_up
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.leases.sqlite import SqliteStore
from services.sync.machine import life
from services.sync.remotes.memory import MemoryRemote, Store
from services.sync.reserved import LEASE, MARKER
from tests.contracts.lease_contract import ELSEWHERE, TTL, Clock, contender
from tests.services.sync.leases.two_lines import Rows, doubled


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
