"""Does verify find one damaged byte on either side, name the side, repair nothing, and remember it over a restart?"""

import asyncio
import os
from pathlib import Path

import pytest

from services.sync import verify, views
from services.sync.remotes.memory import MemoryRemote
from services.sync.verify import Verdict, Verifier
from tests.contracts.refusals import forbid_reading
from tests.services.sync.running import eventually
from tests.services.sync.world import World


@pytest.fixture
async def world(tmp_path: Path) -> World:
    """Three files in sync."""
    world = await World.make(tmp_path)
    for name in ("a", "b", "c"):
        world.write(name, f"content of {name}")
    await world.sync()
    return world


async def verdict_of(verifier: Verifier) -> Verdict:
    verifier.start()
    await eventually(lambda: verifier.verdict is not None and verifier.verdict.finished, "the comparison ends")
    assert verifier.verdict is not None
    return verifier.verdict


def damage_remote(world: World) -> None:
    assert isinstance(world.remote, MemoryRemote)
    world.remote.store.nodes["b"].content = b"cOntent of b"


def damage_here(world: World) -> None:
    path = world.here / "b"
    seen = path.stat()
    with path.open("r+b") as file:
        file.write(b"cO")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


async def test_two_equal_sides_have_no_finding(world: World) -> None:
    verdict = await verdict_of(Verifier(world.cycle))

    assert (verdict.total, verdict.checked, verdict.skipped, verdict.differing) == (3, 3, 0, {})
    assert verdict.error is None


@pytest.mark.parametrize(("damage", "side"), [(damage_remote, "on the remote"), (damage_here, "here")])
async def test_one_damaged_byte_is_found_and_its_side_is_named_and_nothing_is_repaired(
    world: World, damage: object, side: str
) -> None:
    assert callable(damage)
    damage(world)
    before = (world.local(), await world.there())

    verdict = await verdict_of(Verifier(world.cycle))

    assert list(verdict.differing) == ["b"]
    assert verdict.differing["b"].startswith(f"damaged {side}")
    assert (world.local(), await world.there()) == before


async def test_a_file_that_was_edited_is_no_finding(world: World) -> None:
    world.write("b", "edited since")

    verdict = await verdict_of(Verifier(world.cycle))

    assert (verdict.checked, verdict.skipped, verdict.differing) == (2, 1, {})


async def test_what_was_found_outlives_the_program(world: World) -> None:
    damage_remote(world)
    found = await verdict_of(Verifier(world.cycle))

    again = Verifier(world.reborn().cycle)
    await again.recall()

    assert again.verdict is not None
    assert views.verify(again.verdict) == views.verify(found)


async def test_a_comparison_that_a_stop_broke_off_says_so_after_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "RATE", 1)
    slow = Verifier(world.cycle)
    slow.start()
    await eventually(lambda: world.journal.fact(verify.FACT), "it has begun")
    await asyncio.wait_for(slow.stop(), 5)

    again = Verifier(world.reborn().cycle)
    await again.recall()

    assert again.verdict is not None
    assert again.verdict.error is not None
    assert "the program stopped after 0 of 3 files" in again.verdict.error.message


async def test_a_file_that_can_not_be_read_here_is_a_finding(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid_reading(world.here / "b", monkeypatch)

    verdict = await verdict_of(Verifier(world.cycle))

    assert verdict.differing == {"b": "here the file can't be read: Permission denied"}
    assert (verdict.checked, verdict.skipped) == (2, 0)
