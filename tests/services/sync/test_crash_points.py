"""Is nothing lost, whichever touch of the world is the last one before the process dies?

For each scenario and each touch k of the pass: die before touch k, die after it, start again. Then rules I1–I5 hold.
"""

import contextlib
import tempfile
from pathlib import Path

import pytest

from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote, Moment
from tests.services.sync.crash import Crash, Fate
from tests.services.sync.scenarios import BASE, SCENARIOS, Change
from tests.services.sync.world import World

Tree = dict[str, bytes]


async def make_world(base: Path, backend: str, change: Change) -> World:
    """A world in which everything was in sync, and then people did something."""
    remote = MemoryRemote() if backend == "memory" else LocalRemote(str(base / "there"))
    world = await World.make(base, remote)
    for path, content in BASE.items():
        world.write(path, content)
    await world.sync()
    change(world)
    return world


async def run_with(fate: Fate, world: World) -> None:
    """One life of the process."""
    with pytest.MonkeyPatch.context() as patch:
        fate.watch(patch)
        if isinstance(world.remote, MemoryRemote):
            world.remote.faults = fate.remote
        await world.sync()


async def uncrashed(backend: str, change: Change) -> tuple[int, Tree, set[bytes]]:
    """How many touches the work takes, where it ends, and every content that must stay reachable."""
    with tempfile.TemporaryDirectory() as place:
        world = await make_world(Path(place), backend, change)
        before = set(world.local().values()) | set((await world.there()).values())
        fate = Fate()
        await run_with(fate, world)
        world.journal.close()
        return fate.touches, world.local(), before


async def crashed(backend: str, change: Change, k: int, moment: Moment) -> tuple[World, Tree, Tree]:
    """The world after a crash and a new start, and both trees right after the crash."""
    world = await make_world(Path(tempfile.mkdtemp(dir=TEMPORARY)), backend, change)
    # a commit that its timer did not bring this time is a touch less: then the last touch never comes
    with contextlib.suppress(Crash):
        await run_with(Fate(k, moment), world)
    at_crash = world.local(), await world.there()
    world = world.reborn()
    await world.sync()
    return world, *at_crash


TEMPORARY = tempfile.gettempdir()


@pytest.mark.parametrize("backend", ["memory", "disk"])
@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_crash_before_or_after_any_touch_loses_nothing(
    name: str, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.TEMPORARY", str(tmp_path))
    change = SCENARIOS[name]
    touches, end, contents = await uncrashed(backend, change)
    assert touches > 1

    for k in range(1, touches + 1):
        for moment in Moment:
            world, here, there = await crashed(backend, change, k, moment)

            told = f"{name} on {backend}, {moment} touch {k} of {touches}"
            assert world.local() == await world.there() == end, told
            assert contents <= world.kept(), f"lost: {told}"
            assert set(here.values()) | set(there.values()) <= contents, f"half a file: {told}"
            assert (await world.once()).look.plan.actions == (), f"not at rest: {told}"
            world.journal.close()
    print(f"{name} on {backend}: {2 * touches} crash points")
