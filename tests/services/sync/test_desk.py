"""Is who asks for an act during a pass told so, and served as soon as the pass has ended?"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from helix.errors import Refused
from services.sync import desk as desk_module
from services.sync.apply.throttle import Throttle
from services.sync.desk import Desk
from services.sync.keeper import Keeper
from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.keeping import keeping
from tests.services.sync.running import eventually

Act = Callable[[Desk], Awaitable[object]]
ACTS: dict[str, Act] = {
    "restore": lambda desk: desk.restore("nothing", None, None),
    "resolve": lambda desk: desk.resolve("nothing", "local", None),
}


def desk_of(keeper: Keeper) -> Desk:
    return Desk([keeper], Throttle(), state=lambda: "writer", checks=lambda: (), metrics=lambda: "")


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_an_act_that_a_long_pass_holds_up_is_refused_with_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    monkeypatch.setattr(desk_module, "ACT_SECONDS", 0.05)
    async with keeping(tmp_path, MemoryRemote()) as keeper:
        await eventually(lambda: keeper.standing.restored)
        async with keeper.busy:
            with pytest.raises(Refused, match="a pass is under way") as caught:
                await act(desk_of(keeper))

    assert "ask again after it" in caught.value.remedy


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_an_act_waits_for_the_end_of_a_pass(tmp_path: Path, act: Act) -> None:
    async with keeping(tmp_path, MemoryRemote()) as keeper:
        await eventually(lambda: keeper.standing.restored)
        async with keeper.busy:
            asked = asyncio.ensure_future(act(desk_of(keeper)))
            await keeper.trash.find("nothing", None)
            early = asked.done()

        with pytest.raises(Refused) as caught:
            await asked

    assert not early
    assert caught.value.code != "busy"
