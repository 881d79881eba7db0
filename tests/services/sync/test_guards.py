"""Does a folder that looks wrong delete nothing, say why, and go on after a person's decision?"""

import shutil
from pathlib import Path

import pytest

from helix.core.guards import Approval, Trip, TripKind
from services.sync.cycle import Result
from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.world import World

COUNT = 500


def remote_of(world: World) -> MemoryRemote:
    assert isinstance(world.remote, MemoryRemote)
    return world.remote


def trip_of(result: Result) -> Trip:
    assert result.look.trip is not None
    return result.look.trip


@pytest.fixture
async def world(tmp_path: Path) -> World:
    """500 files in sync."""
    world = await World.make(tmp_path)
    for number in range(COUNT):
        world.write(f"d{number % 7}/{number}", f"content {number}")
    await world.sync()
    return world


async def test_an_emptied_folder_deletes_nothing_until_a_person_says_so(world: World) -> None:
    for child in world.here.iterdir():
        if child.name != ".helix":
            shutil.rmtree(child)

    trip = trip_of(await world.once())

    assert trip.kind is TripKind.EMPTY_ROOT
    assert len(remote_of(world).files()) == COUNT
    await world.once(
        approvals=(
            Approval(trip.kind, trip.figures["amount"]),
            Approval(TripKind.MASS_DELETION, trip.figures["amount"]),
        )
    )
    assert remote_of(world).files() == {}


async def test_a_volume_that_is_not_mounted_deletes_nothing_and_goes_on_when_it_is_back(
    world: World, tmp_path: Path
) -> None:
    world.here.rename(tmp_path / "unmounted")
    world.here.mkdir()

    trip = trip_of(await world.once())

    assert trip.kind is TripKind.UNMARKED_ROOT
    assert len(remote_of(world).files()) == COUNT
    assert list(world.here.iterdir()) == []
    world.here.rmdir()
    (tmp_path / "unmounted").rename(world.here)
    assert (await world.once()).look.trip is None


async def test_a_folder_that_vanished_is_not_made_anew(world: World) -> None:
    shutil.rmtree(world.here)

    trip = trip_of(await world.once())

    assert trip.kind is TripKind.UNREADABLE_ROOT
    assert not world.here.exists()
    assert len(remote_of(world).files()) == COUNT


async def test_a_replaced_folder_is_restored_when_a_person_says_keep(world: World) -> None:
    shutil.rmtree(world.here)
    world.here.mkdir()
    world.write("other", "from elsewhere")
    assert trip_of(await world.once()).kind is TripKind.UNMARKED_ROOT

    every = tuple(Approval(kind, 1 << 62) for kind in TripKind)
    await world.once(approvals=every, keep_deleted=True)
    await world.sync()

    assert len(world.local()) == COUNT + 1
    assert world.local() == remote_of(world).files()


async def test_half_of_the_files_deleted_asks_first_and_ten_do_not(world: World) -> None:
    for number in range(10):
        (world.here / f"d{number % 7}/{number}").unlink()
    assert (await world.once()).look.trip is None
    for number in range(10, 300):
        (world.here / f"d{number % 7}/{number}").unlink()

    trip = trip_of(await world.once())

    assert trip.kind is TripKind.MASS_DELETION
    assert len(remote_of(world).files()) == COUNT - 10


def delete(world: World, start: int, stop: int) -> None:
    for number in range(start, stop):
        (world.here / f"d{number % 7}/{number}").unlink()


async def test_a_deletion_that_is_seen_in_pieces_is_counted_as_one(world: World) -> None:
    delete(world, 0, 200)
    assert (await world.once()).look.trip is None
    delete(world, 200, 300)

    trip = trip_of(await world.reborn().once())

    assert trip.kind is TripKind.MASS_DELETION
    assert "100 of 307 paths (0 here, 100 there), after 200 in the last ten minutes" in trip.text
    assert len(remote_of(world).files()) == COUNT - 200


async def test_deletions_of_long_ago_count_no_more(world: World) -> None:
    delete(world, 0, 200)
    await world.once()
    world.journal.change("UPDATE events SET time = time - 601")
    delete(world, 200, 300)

    result = await world.once()

    assert result.look.trip is None
    assert len(remote_of(world).files()) == COUNT - 300


async def test_a_reset_remote_deletes_nothing_here(world: World) -> None:
    remote_of(world).store.nodes.clear()

    trip = trip_of(await world.once())

    assert trip.kind is TripKind.REMOTE_RESET
    assert len(world.local()) == COUNT


async def test_a_remote_that_was_swapped_is_noticed(world: World) -> None:
    for path in list(remote_of(world).files()):
        remote_of(world).delete(path)
    remote_of(world).delete(".helix")
    remote_of(world).write("strange", b"x")

    assert trip_of(await world.once()).kind is TripKind.REMOTE_RESET
    assert len(world.local()) == COUNT


async def test_a_lost_journal_deletes_nothing_and_sends_nothing_again(world: World, tmp_path: Path) -> None:
    world.journal.close()
    (tmp_path / "journal.db").unlink()
    (world.here / "d1/1").unlink()
    etags = {path: node.etag for path, node in remote_of(world).store.nodes.items()}

    await world.sync()

    assert len(world.local()) == COUNT
    assert {path: node.etag for path, node in remote_of(world).store.nodes.items()} == etags
