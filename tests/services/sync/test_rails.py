"""Does each guard rail stop a working keeper, get its decision, and stand down when its cause is gone?"""

import shutil
import time
from collections import namedtuple
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from helix.core.guards import Trip, TripKind
from helix.core.health import Status
from services.sync import rails
from services.sync.checks import checks_of
from services.sync.decisions import Answer
from services.sync.keeper import Keeper
from services.sync.remotes.memory import MemoryRemote
from services.sync.reserved import MARKER
from services.sync.standing import Phase
from tests.services.sync.keeping import at_rest, keeping, tripped
from tests.services.sync.running import eventually

COUNT = 40
DAY = 86_400.0
Usage = namedtuple("Usage", "total used free")


@asynccontextmanager
async def restored(tmp_path: Path) -> AsyncIterator[tuple[Keeper, MemoryRemote]]:
    """A keeper at work on a full remote, whose files are all here."""
    remote = MemoryRemote()
    for number in range(COUNT):
        remote.write(f"d{number % 3}/{number}", b"x" * 100)
    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.restored)
        yield keeper, remote


async def lose_two_directories(keeper: Keeper) -> None:
    async with keeper.busy:
        for name in ("d0", "d1"):
            shutil.rmtree(Path(keeper.cycle.root) / name)


async def unmount(keeper: Keeper, tmp_path: Path) -> None:
    async with keeper.busy:
        (tmp_path / "here").rename(tmp_path / "unmounted")


def files_of(keeper: Keeper) -> int:
    return len([path for path in Path(keeper.cycle.root).glob("d*/*") if path.is_file()])


def warning(keeper: Keeper, name: str) -> str:
    (check,) = (check for check in checks_of(keeper, alone=True) if check.name == f"sync:{name}")
    assert check.status is Status.WARN
    return check.output


async def at_work(keeper: Keeper) -> None:
    """The rail has stood down and a pass has ended well."""
    await eventually(lambda: keeper.standing.trip is None, "the rail stands down")
    await at_rest(keeper)
    assert keeper.standing.phase in (Phase.IDLE, Phase.SYNCING)


@pytest.mark.parametrize("jump", [-3600.0, 400 * DAY], ids=["back", "ahead"])
async def test_a_clock_that_jumped_asks_once_and_goes_on_when_it_is_called_right(tmp_path: Path, jump: float) -> None:
    async with restored(tmp_path) as (keeper, remote):
        async with keeper.busy:
            keeper.cycle.journal.set_fact("last_run", repr(time.time() - jump))
            (tmp_path / "here/new").write_text("x")
        trip = await tripped(keeper)
        assert trip.kind is TripKind.CLOCK_JUMP
        assert "the clock went" in warning(keeper, "guard")
        assert "new" not in remote.files()

        await keeper.decide(trip, proceed=True)

        await eventually(lambda: "new" in remote.files(), "the pass")
        await at_work(keeper)


async def test_a_clock_that_is_set_right_again_needs_no_person(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, _):
        async with keeper.busy:
            keeper.cycle.journal.set_fact("last_run", repr(time.time() + 3600.0))
        await tripped(keeper)

        keeper.cycle.journal.set_fact("last_run", repr(time.time() - 1.0))
        keeper.hint()

        await at_work(keeper)
        assert keeper.decisions.answer == Answer()


async def nearly_full(keeper: Keeper, remote: MemoryRemote, monkeypatch: pytest.MonkeyPatch) -> Trip:
    """The disk is below its floor, and a file is to be downloaded."""
    full = Usage(total=10 << 30, used=10 << 30, free=rails.DISK_FLOOR // 2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    remote.write("big", b"x" * 5000)
    return await tripped(keeper)


async def test_a_download_that_would_fill_the_disk_waits_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with restored(tmp_path) as (keeper, remote):
        trip = await nearly_full(keeper, remote, monkeypatch)
        assert trip.kind is TripKind.DISK_FLOOR
        assert "5,000 bytes are to be downloaded" in warning(keeper, "disk")
        assert not (tmp_path / "here/big").exists()

        monkeypatch.undo()
        keeper.hint()

        await eventually((tmp_path / "here/big").exists, "the download")
        await at_work(keeper)


async def test_a_download_that_was_allowed_may_go_below_the_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with restored(tmp_path) as (keeper, remote):
        trip = await nearly_full(keeper, remote, monkeypatch)

        await keeper.decide(trip, proceed=True)

        await eventually((tmp_path / "here/big").exists, "the download")
        await at_work(keeper)
        assert keeper.standing.error is None


async def test_a_mass_deletion_waits_and_brings_back_what_a_person_wants_back(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, remote):
        await lose_two_directories(keeper)
        trip = await tripped(keeper)
        assert trip.kind is TripKind.MASS_DELETION
        assert "this round would delete" in warning(keeper, "guard")
        assert len(remote.files()) == COUNT

        await keeper.decide(trip, proceed=False)

        await eventually(lambda: files_of(keeper) == COUNT, "everything is back")
        await at_work(keeper)
        assert len(remote.files()) == COUNT


async def test_a_mass_deletion_that_was_allowed_does_not_count_against_the_next_deletions(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, remote):
        await lose_two_directories(keeper)
        await keeper.decide(await tripped(keeper), proceed=True)
        await eventually(lambda: files_of(keeper) == len(remote.files()), "the deletion")
        await at_work(keeper)

        for file in sorted((tmp_path / "here/d2").iterdir())[:5]:
            file.unlink()

        await eventually(lambda: files_of(keeper) == len(remote.files()) == 8, "five more are gone")
        await at_work(keeper)
        assert keeper.standing.trip is None


async def test_a_folder_of_another_remote_is_merged_only_when_a_person_says_so(tmp_path: Path) -> None:
    async with restored(tmp_path):
        pass
    (tmp_path / "journal.db").unlink()
    other = MemoryRemote()
    other.write("of/others", b"theirs")
    other.write(MARKER, b"another pair")
    async with keeping(tmp_path, other) as keeper:
        trip = await tripped(keeper)
        assert trip.kind is TripKind.MISMATCHED_PAIR
        (check,) = (check for check in checks_of(keeper, alone=True) if check.name == "sync:guard")
        assert check.status is Status.FAIL  # a start: the folder may be the wrong one
        assert "belongs to another remote" in check.output
        assert list(other.files()) == ["of/others"]
        assert files_of(keeper) == COUNT

        await keeper.decide(trip, proceed=True)

        await eventually(lambda: len(other.files()) == COUNT + 1, "both are merged")
        await at_work(keeper)
        assert (tmp_path / "here/of/others").read_bytes() == b"theirs"
        assert (tmp_path / "here" / MARKER).read_bytes() == b"another pair"


async def test_a_reset_remote_is_filled_again_when_a_person_wants_it(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, remote):
        async with keeper.busy:
            remote.store.nodes.clear()
        trip = await tripped(keeper)
        assert trip.kind is TripKind.REMOTE_RESET
        assert "the remote is another one than before" in warning(keeper, "guard")
        assert files_of(keeper) == COUNT

        await keeper.decide(trip, proceed=False)

        await eventually(lambda: len(remote.files()) == COUNT, "the remote is filled again")
        await at_work(keeper)
        assert files_of(keeper) == COUNT


async def test_a_remote_that_was_emptied_on_purpose_empties_the_folder(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, remote):
        async with keeper.busy:
            remote.store.nodes.clear()
        trip = await tripped(keeper)

        await keeper.decide(trip, proceed=True)

        await eventually(lambda: files_of(keeper) == 0, "the folder is empty")
        await at_work(keeper)
        assert remote.files() == {}


async def test_an_unmarked_folder_goes_on_by_itself_when_the_right_one_is_back(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, remote):
        async with keeper.busy:
            (tmp_path / "here").rename(tmp_path / "unmounted")
            (tmp_path / "here").mkdir()
        trip = await tripped(keeper)
        assert trip.kind is TripKind.UNMARKED_ROOT
        assert "has lost its mark" in warning(keeper, "guard")

        async with keeper.busy:
            (tmp_path / "here").rmdir()
            (tmp_path / "unmounted").rename(tmp_path / "here")
        keeper.hint()

        await at_work(keeper)
        assert files_of(keeper) == len(remote.files()) == COUNT


async def test_nothing_can_open_the_rail_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, remote):
        await unmount(keeper, tmp_path)
        trip = await tripped(keeper)
        assert trip.kind is TripKind.UNREADABLE_ROOT
        await keeper.decide(trip, proceed=False)
        await keeper.ask()
        assert isinstance(keeper.standing.trip, type(trip))
        assert len(remote.files()) == COUNT

        (tmp_path / "unmounted").rename(tmp_path / "here")
        keeper.hint()

        await at_work(keeper)
        assert files_of(keeper) == COUNT


async def test_a_looked_at_folder_that_stays_away_does_not_open_the_rails_of_another(tmp_path: Path) -> None:
    async with restored(tmp_path) as (keeper, remote):
        await unmount(keeper, tmp_path)
        await keeper.decide(await tripped(keeper), proceed=False)

        (tmp_path / "here").mkdir()

        await eventually(
            lambda: keeper.standing.trip is not None and keeper.standing.trip.kind is TripKind.UNMARKED_ROOT
        )
        assert list((tmp_path / "here").iterdir()) == []
        assert len(remote.files()) == COUNT
