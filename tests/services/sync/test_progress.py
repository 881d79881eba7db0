"""Does the progress of a pass tell what has moved, how fast it moves now, and what is left, at every moment?"""

import asyncio
from pathlib import Path

from services.sync import views
from services.sync.apply.executor import Tally
from services.sync.apply.meter import WINDOW_SECONDS, Meter
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Wishes
from services.sync.remotes.errors import NameRefused
from services.sync.remotes.memory import MemoryRemote, Moment
from services.sync.standing import run_of
from tests.contracts.lease_contract import Clock
from tests.services.sync.keeping import keeping
from tests.services.sync.running import eventually
from tests.services.sync.world import World

KIB = 1024


def test_the_speed_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    meter = Meter(clock)
    for _ in range(60):
        clock.now += 1
        meter.add(1000)
    steady = meter.rate()

    for _ in range(30):
        clock.now += 1
        meter.add(10)
    slowed = meter.rate()
    clock.now += 100 * WINDOW_SECONDS

    assert steady == 1000
    assert slowed == 10
    assert meter.rate() < 0.1


def test_bytes_under_way_count_until_their_transfer_has_ended() -> None:
    meter = Meter()
    meter.add(100, "a")
    meter.add(50, "b")

    meter.landed("a")

    assert meter.flying == 50
    assert meter.moved == 150


async def test_a_long_transfer_shows_its_bytes_before_it_has_ended_and_never_more_than_all(tmp_path: Path) -> None:
    remote = MemoryRemote()
    throttle = Throttle(down=64 * KIB)
    for number in range(4):
        remote.write(f"{number}", b"x" * 64 * KIB)
    async with keeping(tmp_path, remote, throttle) as keeper:
        await eventually(lambda: keeper.standing.tally is not None and keeper.standing.tally.meter.flying > 0)
        tally = keeper.standing.tally
        assert tally is not None

        shown = views.progress(tally)

        assert 0 < shown["bytes_done"] <= shown["bytes_total"] == 256 * KIB
        assert shown["done"] < shown["total"] == 4
        throttle.limit(None, None)
        await eventually(lambda: keeper.standing.restored, "a lifted limit lets a waiting transfer go")
        assert views.progress(tally)["bytes_done"] == 256 * KIB
        assert tally.meter.flying == 0


async def test_a_transfer_that_waits_for_its_turn_hears_of_another_limit() -> None:
    throttle = Throttle(up=1)
    await throttle.up(10 * KIB)
    waiting = asyncio.create_task(throttle.up(1))
    await asyncio.sleep(0)

    throttle.limit(None, None)

    async with asyncio.timeout(30):
        await waiting
    assert throttle.moved["up"] == 10 * KIB + 1


async def test_a_transfer_that_waits_goes_on_waiting_under_a_limit_that_is_as_low() -> None:
    throttle = Throttle(up=1)
    await throttle.up(10 * KIB)
    waiting = asyncio.create_task(throttle.up(1))
    await asyncio.sleep(0)

    throttle.limit(2, None)

    done, _ = await asyncio.wait([waiting], timeout=0.2)
    waiting.cancel()
    assert not done


async def test_a_run_tells_the_bytes_that_went_over_not_those_that_failed_or_were_compared(tmp_path: Path) -> None:
    remote = MemoryRemote()
    world = await World.make(tmp_path, remote)
    world.write("bad", b"x" * 1000)
    world.write("good", b"x" * 10)
    world.write("equal", b"x" * 100)
    remote.write("equal", b"x" * 100)

    def refuse(operation: str, path: str, _moment: Moment) -> None:
        if (operation, path) == ("upload", "bad"):
            raise NameRefused("bad is no name here")

    remote.faults = refuse
    tally = Tally()
    await world.cycle.run(Wishes(), tally)

    assert (tally.done, tally.failed, tally.bytes_moved) == (3, 1, 10)
    assert run_of(0.0, tally, "partial", None).bytes == 10
