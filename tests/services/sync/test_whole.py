"""Is a plan that is too big to be held carried out whole, part by part, with figures and rails that see all of it?"""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from helix.core.actions import Action
from helix.core.guards import TripKind
from services.sync import gathering, rails, views, whole
from services.sync.apply.executor import Executor, Tally
from services.sync.cycle import Wishes
from services.sync.remotes.errors import NameRefused
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote, Moment
from tests.services.sync.crash_points import prove
from tests.services.sync.running import eventually
from tests.services.sync.scenarios import SCENARIOS
from tests.services.sync.test_crash_points import OnDisk, OnMemory
from tests.services.sync.world import World, text

HELD, PART = 3, 2


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "HELD", HELD)
    monkeypatch.setattr(whole, "PART", PART)
    monkeypatch.setattr(whole, "NAMED", HELD)


@pytest.fixture(params=["memory", "disk", "disk apart"])
async def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    if request.param == "disk apart":
        monkeypatch.setattr(gathering, "FEW", 0)
    remote = MemoryRemote() if request.param == "memory" else LocalRemote(str(tmp_path / "there"))
    return await World.make(tmp_path, remote)


def fill(world: World) -> None:
    """Files on one side, on the other, equal on both and different on both; more than is held."""
    for number in range(5):
        world.write(f"here/{number}", f"here {number}")
        world.far.write(f"there/{number}", f"there {number}".encode())
        world.write(f"both/{number}", "equal")
        world.far.write(f"both/{number}", b"equal")
    world.write("clash", "mine")
    world.far.write("clash", b"thine")


def executed(patch: pytest.MonkeyPatch, then: Callable[[int], None] = lambda _number: None) -> list[list[Action]]:
    """The parts that are carried out; `then` is told the number of each before it begins."""
    seen: list[list[Action]] = []
    run = Executor.run

    async def watched(self: Executor, actions: list[Action]) -> None:
        seen.append(actions)
        then(len(seen))
        await run(self, actions)

    patch.setattr(Executor, "run", watched)
    return seen


async def test_one_pass_does_all_of_it_in_small_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    contents = set(world.local().values()) | set(world.far.files().values())
    parts = executed(monkeypatch)

    result = await world.once()

    assert result.tally.failed == 0
    assert len(parts) > 5
    assert max(map(len, parts)) == PART
    assert set(world.local()) >= {*(f"{side}/{n}" for side in ("here", "there", "both") for n in range(5)), "clash"}
    await world.sync()
    assert world.local() == world.far.files()
    assert contents <= world.kept()


async def test_the_round_after_the_last_part_has_nothing_to_do(world: World) -> None:
    for number in range(9):
        world.write(f"d/{number}", f"{number}")

    first = await world.once()
    second = await world.once()

    assert (first.tally.uploaded, first.look.plan.more) == (9, True)
    assert (second.tally.done, second.look.plan.actions, second.look.plan.more) == (0, (), False)


async def test_the_whole_is_known_from_the_first_part_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    tally = Tally()
    totals: list[tuple[int, int]] = []
    executed(monkeypatch, lambda _number: totals.append((tally.total, tally.bytes_total)))

    await world.cycle.run(Wishes(), tally)

    assert len(set(totals)) == 1
    assert totals[0] == (tally.done, tally.bytes_done) == (3 + 5 + 5 + 5 + 1, tally.bytes_total)


async def test_a_plan_that_is_asked_for_counts_what_it_does_not_name(world: World) -> None:
    fill(world)

    look = await world.cycle.look(Wishes())
    shown = views.plan("files", look)

    assert shown["total"] == 19
    assert len(shown["actions"]) == HELD
    assert shown["bytes"] == 5 * len("here 0") + 5 * len("there 0") + 2 * 5 * len("equal") + len("thine")


async def test_a_rename_among_many_new_files_transfers_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("z", "big and old")
    await world.sync()
    for number in range(7):
        world.write(f"new/{number}", f"{number}")
    (world.here / "z").rename(world.here / "a")
    parts = executed(monkeypatch)

    result = await world.once()

    assert len(parts) == 1
    assert (result.tally.moved, result.tally.uploaded) == (1, 7)


async def test_a_mass_deletion_among_many_new_files_stops_everything(world: World) -> None:
    for number in range(30):
        world.write(f"old/{number}", f"old {number}")
    await world.sync()
    shutil.rmtree(world.here / "old")
    for number in range(7):
        world.write(f"new/{number}", f"{number}")

    result = await world.once()

    assert result.look.trip is not None
    assert (result.look.trip.kind, result.tally.done) == (TripKind.MASS_DELETION, 0)
    assert result.look.trip.figures["amount"] == 31
    assert not any(path.startswith("new/") for path in world.far.files())


async def test_the_disk_must_hold_all_parts_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        world.far.write(f"d/{number}", b"x" * 100)
    monkeypatch.setattr(rails, "_disk_free", lambda _root: (800, 1000))

    stopped = await world.once()
    monkeypatch.setattr(rails, "_disk_free", lambda _root: (921, 1000))
    let_through = await world.once()

    assert stopped.look.trip is not None
    assert (stopped.look.trip.kind, stopped.look.trip.figures["amount"]) == (TripKind.DISK_FLOOR, 900)
    assert not stopped.tally.done
    assert let_through.tally.downloaded == 9


async def test_a_standby_does_its_share_of_every_part(world: World) -> None:
    fill(world)
    before = world.far.files()

    result = await world.once(writer=False)

    assert result.tally.left == 6 + 5  # a directory and its files, the comparisons of equal files
    assert result.tally.downloaded == 5 + 1
    assert (result.tally.done, result.tally.total) == (8, 8)
    assert world.far.files() == before


async def test_a_stop_between_two_parts_leaves_the_others_to_the_next_life(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    stopping: list[bool] = []
    parts = executed(monkeypatch, lambda number: stopping.append(True) if number == 3 else None)
    monkeypatch.setattr(world.cycle, "_stopping", lambda: bool(stopping))

    result = await world.once()

    assert result.tally.again
    assert len(parts) == 3
    again = world.reborn()
    await again.sync()
    assert again.local() == again.far.files()


async def test_a_folder_that_vanishes_between_two_parts_is_not_filled_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        world.far.write(f"d/{number}", f"{number}".encode())

    def unmount(number: int) -> None:
        if number == 3:
            world.here.rename(world.base / "elsewhere")
            world.here.mkdir()

    parts = executed(monkeypatch, unmount)

    result = await world.once()

    assert result.tally.again
    assert len(parts) == 3
    assert len(world.local()) <= PART


async def test_files_that_fail_hinder_none_that_come_after_them(tmp_path: Path) -> None:
    remote = MemoryRemote()
    world = await World.make(tmp_path, remote)
    for number in range(9):
        world.write(f"{number}", f"{number}")

    def refuse(operation: str, path: str, moment: Moment) -> None:
        if operation == "upload" and path in "01234" and moment is Moment.BEFORE:
            raise NameRefused(f"{path} can't be stored")

    remote.faults = refuse

    for _ in range(2):
        result = await world.once()

    assert text(await world.there()) == {name: name for name in "5678"}
    assert set(result.tally.failures) == set("01234")


async def test_what_is_deleted_while_parts_are_done_is_decided_with_everything_in_view(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("z", "old")
    await world.sync()
    for number in range(7):
        world.write(f"new/{number}", f"{number}")
    executed(monkeypatch, lambda number: (world.here / "z").unlink() if number == 1 else None)

    first = await world.once()
    held = set(world.far.files())
    await world.sync()

    assert "z" in held
    assert (first.tally.trashed, first.look.plan.more) == (0, True)
    assert "z" not in world.far.files()


async def test_a_pass_that_is_cancelled_leaves_no_walker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "FEW", 0)
    world = await World.make(tmp_path, LocalRemote(str(tmp_path / "there")))
    fill(world)
    waiting = asyncio.Event()

    async def wait(_self: Executor, _actions: list[Action]) -> None:
        waiting.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Executor, "run", wait)
    running = asyncio.create_task(world.once())
    await waiting.wait()

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    await eventually(lambda: not _walkers(), "no walker is left")
    monkeypatch.undo()
    await world.sync()
    assert world.local() == world.far.files()


@pytest.mark.parametrize(("name", "stage"), [("many_downloads", OnMemory()), ("journal_lost", OnDisk())])
async def test_a_crash_in_any_part_loses_nothing(
    name: str, stage: OnMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "HELD", 1)
    monkeypatch.setattr(whole, "NAMED", 1)
    parts = executed(monkeypatch)

    # every third, before and after in turn: what a part is made of has its crash points elsewhere
    points = await prove(stage, SCENARIOS[name], tmp_path, choose=lambda points: points[::3])

    print(f"{name} in parts on {stage.name}: {points} crash points")
    assert len(parts) > points


def _walkers() -> list[psutil.Process]:
    return [
        child for child in psutil.Process(os.getpid()).children(recursive=True) if "walker" in " ".join(child.cmdline())
    ]
