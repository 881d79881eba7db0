"""Is nothing lost, whichever touch of the world is the last one before the process dies?

For each touch k of a scenario's pass: die before touch k, die after it, start again. Then rules I1–I5 hold. A `Stage`
says on which remote it plays; memory, disk and MEGA have one each.
"""

import contextlib
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from services.sync.remotes.errors import RemoteError
from services.sync.remotes.memory import Moment
from tests.services.sync.crash import Crash, Fate
from tests.services.sync.scenarios import BASE, Change
from tests.services.sync.world import World


class Stage(Protocol):
    """Where a scenario plays."""

    name: str

    async def world(self, base: Path) -> World:
        """An empty world with a remote of its own."""

    def watch(self, world: World, fate: Fate, patch: pytest.MonkeyPatch) -> None:
        """Let `fate` stand around each touch of the remote."""

    async def reborn(self, world: World) -> World:
        """What a new process finds; also when the old one has ended well."""

    async def leave(self, world: World) -> None:
        """Give back what a world that is looked at no more has opened."""


Point = tuple[int, Moment]
Choice = Callable[[Sequence[Point]], Sequence[Point]]


def all_of(points: Sequence[Point]) -> Sequence[Point]:
    """No crash point is left out."""
    return points


async def prove(stage: Stage, change: Change, base: Path, *, choose: Choice = all_of) -> int:
    """Run the scenario once for each chosen crash point and check the rules each time; how many points there were."""
    numbers = count()
    world = await _begun(stage, change, base / "whole")
    contents = set(world.local().values()) | set(world.far.files().values())
    fate = Fate()
    assert not await _lived(stage, world, fate)
    end = world.local()
    await stage.leave(world)
    assert fate.touches > 1

    points = choose([(k, moment) for k in range(1, fate.touches + 1) for moment in Moment])
    for k, moment in points:
        told = f"{change.__name__} on {stage.name}, {moment} touch {k} of {fate.touches}"
        world = await _begun(stage, change, base / str(next(numbers)))
        # a commit that its timer did not bring this time is a touch less: then the last touch never comes
        await _lived(stage, world, Fate(k, moment))
        here, there = world.local(), world.far.files()
        world = await stage.reborn(world)
        rest = await world.sync()

        assert world.local() == world.far.files() == end, told
        assert contents <= world.kept(), f"lost: {told}"
        assert set(here.values()) | set(there.values()) <= contents, f"half a file: {told}"
        assert rest.look.plan.actions == (), f"not at rest: {told}"
        await stage.leave(world)
    return len(points)


async def _begun(stage: Stage, change: Change, base: Path) -> World:
    """A world in which everything was in sync, and then people did something."""
    world = await stage.world(base)
    for path, content in BASE.items():
        world.write(path, content)
    await world.sync()
    change(world)
    return world


async def _lived(stage: Stage, world: World, fate: Fate) -> bool:
    """One life of the process; whether it crashed, or its pass failed."""
    with pytest.MonkeyPatch.context() as patch:
        fate.watch(patch)
        stage.watch(world, fate, patch)
        with contextlib.suppress(Crash, RemoteError):
            await world.sync()
            return False
    return True
