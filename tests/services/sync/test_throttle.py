"""Is the bandwidth limit held, and can it be changed while bytes move?"""

import asyncio
import time
from collections.abc import Coroutine

from services.sync.apply.throttle import Throttle
from tests.running.patience import crowding

KIB = 1024


def waits(move: Coroutine[object, None, None]) -> bool:
    """Whether these bytes may not go at once."""
    try:
        move.send(None)
    except StopIteration:
        return False
    move.close()
    return True


async def test_without_a_limit_nothing_waits() -> None:
    throttle = Throttle()

    assert not any(waits(throttle.up(10 * KIB)) for _ in range(1000))
    assert throttle.moved == {"up": 1000 * 10 * KIB, "down": 0}


async def test_a_limit_holds_after_its_first_second() -> None:
    throttle = Throttle(up=100 * KIB)
    began = time.monotonic()
    for _ in range(10):
        await throttle.up(10 * KIB)

    async with asyncio.timeout(10 * crowding()):
        for _ in range(4):
            await throttle.up(10 * KIB)

    # 100 KiB at once, then 30 KiB more before the last piece may go
    assert time.monotonic() - began >= 0.25


async def test_a_limit_of_one_direction_leaves_the_other_alone() -> None:
    throttle = Throttle(up=1)
    await throttle.up(10 * KIB)

    assert waits(throttle.up(1))
    assert not waits(throttle.down(1 << 30))
    assert throttle.moved["down"] == 1 << 30


async def test_a_limit_that_is_lifted_lets_the_rest_go() -> None:
    throttle = Throttle(up=10 * KIB)
    await throttle.up(20 * KIB)

    throttle.limit(None, None)

    assert not waits(throttle.up(1 << 30))
    assert throttle.moved["up"] == (1 << 30) + 20 * KIB
