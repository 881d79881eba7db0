"""Does everybody who shares a look get one that began after he asked?"""

import asyncio

import pytest

from services.sync.remotes.rclone.shared import SharedByKey


class World:
    """Something that changes, and a look at it that ends when it is told to."""

    def __init__(self) -> None:
        self.now = 0
        self.began: list[tuple[str, int]] = []
        self.begins = asyncio.Condition()
        self.ends = asyncio.Event()
        self.broken = False

    async def look(self, key: str) -> int:
        seen = self.now
        async with self.begins:
            self.began.append((key, seen))
            self.begins.notify_all()
        await self.ends.wait()
        if self.broken:
            raise OSError(key)
        return seen

    async def looked(self, times: int) -> None:
        async with asyncio.timeout(30), self.begins:
            await self.begins.wait_for(lambda: len(self.began) >= times)


async def test_who_asks_while_a_look_is_under_way_gets_the_next_one_and_all_of_them_the_same() -> None:
    world = World()
    shared = SharedByKey(world.look)
    first = [asyncio.create_task(shared.look("a")) for _ in range(3)]
    await world.looked(1)

    world.now = 1
    second = [asyncio.create_task(shared.look("a")) for _ in range(3)]
    await asyncio.sleep(0)
    world.ends.set()

    assert await asyncio.gather(*first) == [0, 0, 0]
    assert await asyncio.gather(*second) == [1, 1, 1]
    assert world.began == [("a", 0), ("a", 1)]


async def test_looks_at_different_things_do_not_wait_for_each_other() -> None:
    world = World()
    shared = SharedByKey(world.look)
    both = [asyncio.create_task(shared.look(key)) for key in "ab"]

    await world.looked(2)
    world.ends.set()

    assert await asyncio.gather(*both) == [0, 0]


async def test_an_error_reaches_all_who_shared_the_look_and_nobody_after() -> None:
    world = World()
    shared = SharedByKey(world.look)
    world.broken = True
    both = [asyncio.create_task(shared.look("a")) for _ in range(2)]
    await world.looked(1)
    world.ends.set()
    for look in both:
        with pytest.raises(OSError):
            await look

    world.broken = False

    assert await shared.look("a") == 0


async def test_who_gives_up_does_not_take_the_look_from_the_others() -> None:
    world = World()
    shared = SharedByKey(world.look)
    one, other = (asyncio.create_task(shared.look("a")) for _ in range(2))
    await world.looked(1)

    one.cancel()
    world.ends.set()

    assert await other == 0
    assert one.cancelled() or one.cancelling()
