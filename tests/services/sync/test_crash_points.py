"""Does the engine keep its rules on memory and on disk, whichever touch is the last one before the process dies?"""

from pathlib import Path

import pytest

from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.crash import Fate
from tests.services.sync.crash_points import Stage, prove
from tests.services.sync.scenarios import SCENARIOS
from tests.services.sync.world import World


class OnMemory:
    """The remote announces its touches itself."""

    name = "memory"

    async def world(self, base: Path) -> World:
        return await World.make(base, MemoryRemote())

    def watch(self, world: World, fate: Fate, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(world.remote, "faults", fate.remote)

    async def reborn(self, world: World) -> World:
        return world.reborn()

    async def leave(self, world: World) -> None:
        world.journal.close()


class OnDisk(OnMemory):
    """The remote touches the disk by the same functions as the engine, around which fate stands already."""

    name = "disk"

    async def world(self, base: Path) -> World:
        return await World.make(base, LocalRemote(str(base / "there")))

    def watch(self, world: World, fate: Fate, patch: pytest.MonkeyPatch) -> None:
        return


@pytest.mark.parametrize("stage", [OnMemory(), OnDisk()], ids=lambda stage: stage.name)
@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_crash_before_or_after_any_touch_loses_nothing(name: str, stage: Stage, tmp_path: Path) -> None:
    points = await prove(stage, SCENARIOS[name], tmp_path)

    print(f"{name} on {stage.name}: {points} crash points")
