"""Is the bandwidth limit held, and can it be changed while bytes move?"""

import asyncio
import time

from services.sync.apply.throttle import Throttle
from tests.running.patience import crowding

KIB = 1024


async def seconds_for(throttle: Throttle, pieces: int) -> float:
    started = time.monotonic()
    for _ in range(pieces):
        await throttle.up(10 * KIB)
    return time.monotonic() - started


async def test_without_a_limit_nothing_waits() -> None:
    throttle = Throttle()

    assert await seconds_for(throttle, 1000) < 1
    assert throttle.moved == {"up": 1000 * 10 * KIB, "down": 0}


async def test_a_limit_holds_after_its_first_second() -> None:
    throttle = Throttle(up=100 * KIB)

    took = await seconds_for(throttle, 14)

    # 100 KiB at once, then 30 KiB more before the last piece may go
    assert 0.25 <= took < 5


async def test_a_limit_of_one_direction_leaves_the_other_alone() -> None:
    throttle = Throttle(up=1)
    await throttle.up(10 * KIB)

    async with asyncio.timeout(1 * crowding()):
        await throttle.down(1 << 30)

    assert throttle.moved["down"] == 1 << 30


async def test_a_limit_that_is_lifted_lets_the_rest_go() -> None:
    throttle = Throttle(up=10 * KIB)
    await throttle.up(20 * KIB)

    throttle.limit(None, None)

    async with asyncio.timeout(1 * crowding()):
        await throttle.up(1 << 30)
    assert throttle.moved["up"] == (1 << 30) + 20 * KIB
