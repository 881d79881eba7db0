"""Is a first copy that is only counted held to every rail before its first act, and safe from what happens then?"""

import os
import shutil
import time
from pathlib import Path

import pytest

from helix.core.guards import Approval, TripKind
from helix.core.trees import Side
from services.sync import rails
from services.sync.gathering import Gathering
from services.sync.reserved import MARKER
from tests.services.sync.crash_points import prove
from tests.services.sync.far import files_in
from tests.services.sync.first_copies import (
    COUNT,
    FILL,
    PART,
    Fill,
    before_part,
    disk_world,
    fill_here,
    fill_there,
    make_parts_small,
    surveys,
)
from tests.services.sync.test_crash_points import OnDisk
from tests.services.sync.world import World, text


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    make_parts_small(monkeypatch)


@pytest.fixture
async def world(tmp_path: Path) -> World:
    return await disk_world(tmp_path)


@FILL
@pytest.mark.parametrize("jump", [-3600.0, 400 * 86_400.0], ids=["back", "ahead"])
async def test_a_clock_that_jumped_stops_a_first_copy_before_its_first_act(
    world: World, fill: Fill, jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    before, seen = (world.local(), world.far.files(own=True)), surveys(monkeypatch)
    world.journal.set_fact("last_run", repr(time.time() - jump))

    result = await world.once()

    assert result.look.trip is not None
    assert (result.look.trip.kind, result.tally.done, seen) == (TripKind.CLOCK_JUMP, 0, [])
    assert (world.local(), world.far.files(own=True)) == before


@FILL
async def test_two_that_do_not_belong_together_stop_a_first_copy_until_a_person_says_so(
    world: World, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, seen = fill(world), surveys(monkeypatch)
    before = world.local(), world.far.files()
    world.write(MARKER, "one pair")
    world.far.write(MARKER, b"another pair")

    stopped = await world.once()
    unchanged = (world.local(), world.far.files()) == before
    told = await world.once(approvals=(Approval(TripKind.MISMATCHED_PAIR, 0),))

    assert stopped.look.trip is not None
    assert (stopped.look.trip.kind, stopped.tally.done, unchanged) == (TripKind.MISMATCHED_PAIR, 0, True)
    assert (told.look.trip, seen) == (None, [])
    assert text(world.local()) == text(world.far.files()) == content


async def test_a_disk_that_can_not_hold_all_stops_a_restore_before_its_first_act(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(COUNT):
        world.far.write(f"d/{number}", b"x" * 100)
    seen = surveys(monkeypatch)
    monkeypatch.setattr(rails, "_disk_free", lambda _root: (800, 1000))

    stopped = await world.once()
    nothing_done = (stopped.tally.done, list(world.here.iterdir())) == (0, [])
    monkeypatch.setattr(rails, "_disk_free", lambda _root: (921, 1000))
    let_through = await world.once()

    assert stopped.look.trip is not None
    assert (stopped.look.trip.kind, stopped.look.trip.figures["amount"]) == (TripKind.DISK_FLOOR, 900)
    assert nothing_done
    assert (let_through.tally.downloaded, seen) == (COUNT, [])


async def test_a_full_disk_does_not_hinder_a_copy_that_brings_nothing_here(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = fill_here(world)
    monkeypatch.setattr(rails, "_disk_free", lambda _root: (0, 1000))

    result = await world.once()

    assert result.look.trip is None
    assert text(world.far.files()) == content


async def test_a_folder_that_vanished_is_not_restored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.once()  # marks the folder
    fill_there(world)
    shutil.rmtree(world.here)
    seen = surveys(monkeypatch)

    result = await world.once()

    assert result.look.trip is not None
    assert (result.look.trip.kind, result.tally.done, seen) == (TripKind.UNREADABLE_ROOT, 0, [])
    assert not world.here.exists()


async def test_what_was_in_sync_before_is_never_taken_for_a_first_copy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_here(world)
    world.write("d/and/more", "than ten paths")
    await world.sync()
    world.far.delete("d")
    seen = surveys(monkeypatch)

    result = await world.once()

    assert seen
    assert result.look.trip is not None
    assert (result.look.trip.kind, result.tally.done) == (TripKind.REMOTE_RESET, 0)
    assert len(world.local()) == COUNT + 1


async def test_what_appears_on_the_other_side_meanwhile_is_kept_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = fill_here(world)
    before_part(monkeypatch, 2, lambda: world.far.write("d/8", b"theirs"))

    await world.sync()

    assert world.local() == world.far.files()
    assert {*content.values(), "theirs"} == set(text(world.local()).values())


async def test_a_directory_that_appears_where_a_file_comes_from_is_kept_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = fill_here(world)
    world.write("z", "a file here")
    before_part(monkeypatch, 1, lambda: world.far.write("z/inside", b"a directory there"))

    await world.sync()

    assert world.local() == world.far.files()
    assert {*content.values(), "a file here", "a directory there"} == set(text(world.local()).values())


async def test_what_goes_and_changes_meanwhile_is_followed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    content = fill_here(world)

    def people() -> None:
        (world.here / "d/7").unlink()
        world.write("d/8", "edited")
        (world.here / "d/0").unlink()  # just copied

    before_part(monkeypatch, 3, people)

    await world.sync()

    expected = {path: what for path, what in content.items() if path not in ("d/0", "d/7")} | {"d/8": "edited"}
    assert text(world.local()) == text(world.far.files()) == expected
    assert b"here 0" in world.kept()


async def test_a_folder_that_is_swapped_meanwhile_is_not_filled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_there(world)

    def unmount() -> None:
        world.here.rename(world.base / "elsewhere")
        world.here.mkdir()

    before_part(monkeypatch, 2, unmount)

    result = await world.once()

    assert result.tally.again
    assert len(files_in(world.here)) <= PART


def all_lost_but_the_folder(world: World) -> None:
    """A new disk for the remote and for the journal."""
    world.journal.close()
    for file in Path(world.journal.path).parent.glob("journal.db*"):
        file.unlink()
    world.journal.open()
    there = world.base / "there"
    for name in os.listdir(there):
        if not name.startswith(".helix"):
            world.far.delete(name)


async def test_a_crash_at_any_touch_of_a_first_copy_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides: list[Side | None] = []
    count = Gathering.count

    def watched(self: Gathering) -> Side | None:
        sides.append(count(self))
        return sides[-1]

    monkeypatch.setattr(Gathering, "count", watched)

    # every third, before and after in turn: what a part is made of has its crash points elsewhere
    points = await prove(OnDisk(), all_lost_but_the_folder, tmp_path, choose=lambda points: points[::3])

    print(f"a first copy that is counted: {points} crash points")
    assert sides.count(Side.LOCAL) > points
