"""What is there to copy in the tests of a first copy, and how is its course watched?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from helix.core.actions import Action
from services.sync import whole
from services.sync.apply.executor import Executor
from services.sync.remotes.local import LocalRemote
from services.sync.whole import Whole
from tests.services.sync.world import World

HELD, PART, COUNT = 3, 2, 9


def make_parts_small(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(whole, "HELD", HELD)
    patch.setattr(whole, "PART", PART)


async def disk_world(base: Path, **changes: object) -> World:
    return await World.make(base, LocalRemote(str(base / "there")), **changes)


def fill_here(world: World) -> dict[str, str]:
    content = {f"d/{number}": f"here {number}" for number in range(COUNT)}
    for path, what in content.items():
        world.write(path, what)
    return content


def fill_there(world: World) -> dict[str, str]:
    content = {f"d/{number}": f"there {number}" for number in range(COUNT)}
    for path, what in content.items():
        world.far.write(path, what.encode())
    return content


FILL = pytest.mark.parametrize("fill", [fill_here, fill_there], ids=["copy", "restore"])
Fill = Callable[[World], dict[str, str]]


def surveys(patch: pytest.MonkeyPatch) -> list[bool]:
    """One for each time that everything is decided before anything is done."""
    seen: list[bool] = []
    plan = Whole.plan

    async def watched(self: Whole, *given: object, **named: object) -> object:
        seen.append(True)
        return await plan(self, *given, **named)  # type: ignore[arg-type]

    patch.setattr(Whole, "plan", watched)
    return seen


def before_part(patch: pytest.MonkeyPatch, number: int, then: Callable[[], object]) -> None:
    """`then` is done right before so manyeth part is carried out."""
    parts: list[int] = []
    run = Executor.run

    async def watched(self: Executor, actions: list[Action]) -> None:
        parts.append(len(parts))
        if len(parts) == number:
            then()
        await run(self, actions)

    patch.setattr(Executor, "run", watched)
