"""Does a job that hangs hold up nobody but its own thread?"""

import asyncio
import threading

import pytest

from helix.aside import Aside
from helix.errors import Unreachable
from tests.running import eventually_async


def _broken() -> None:
    raise ValueError("broken")


async def test_what_a_job_gives_and_raises_comes_back() -> None:
    aside = Aside()

    assert await aside.do(lambda: 7) == 7
    with pytest.raises(ValueError, match="broken"):
        await aside.do(_broken)
    assert await aside.do(threading.get_ident) != threading.get_ident()


async def test_a_hanging_job_is_told_and_no_other_is_begun_until_it_has_ended() -> None:
    aside, gate, begun = Aside(0.05), threading.Event(), []

    for number in range(3):
        with pytest.raises(Unreachable, match="the disk of HELIX_HOME does not answer"):
            await aside.do(lambda: (begun.append(number), gate.wait()))  # noqa: B023 - done or refused at once
    gate.set()

    async def answers() -> bool:
        try:
            return await aside.do(lambda: True)
        except Unreachable:
            return False

    await eventually_async(answers)
    assert begun == [0]


async def test_a_job_whose_caller_gave_up_is_waited_for_by_the_next() -> None:
    aside, gate, order = Aside(30), threading.Event(), []
    first = asyncio.create_task(aside.do(lambda: (gate.wait(), order.append("first"))))
    await asyncio.sleep(0)
    first.cancel()
    second = asyncio.create_task(aside.do(lambda: order.append("second")))
    await asyncio.sleep(0)

    gate.set()
    await second

    assert order == ["first", "second"]
