"""When have people finished with a file, or with deleting in a directory?"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from helix.core.trees import Kind, LocalState
from services.sync import settle
from services.sync.settle import FILE_PATIENCE, PATIENCE, Settler
from tests.services.sync.world import World

SECONDS = 300.0


@dataclass(frozen=True)
class Clocks:
    """The settler's clocks, ahead of the true ones."""

    wall: float = 0.0
    ahead: float = 0.0

    def time(self) -> float:
        return time.time() + self.wall

    def monotonic(self) -> float:
        return self.ahead


class Shift(Protocol):
    """Puts the clocks so many seconds ahead in all; the wall clock like the other, if nothing is said."""

    def __call__(self, seconds: float, *, wall: float | None = None) -> None: ...


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Shift:
    def shift(seconds: float, *, wall: float | None = None) -> None:
        monkeypatch.setattr(settle, "time", Clocks(seconds if wall is None else wall, seconds))

    return shift


def asked(settler: Settler, path: str) -> bool:
    """What a new pass says of a path that is gone."""
    settler.begin(SECONDS)
    return settler.unsettled(path, None)


def written(settler: Settler, file: Path) -> bool:
    """What a new pass says of a file that is there."""
    settler.begin(SECONDS)
    seen = file.stat()
    return settler.unsettled(file.name, LocalState(Kind.FILE, seen.st_size, seen.st_mtime_ns, seen.st_ino))


def test_a_deletion_waits_until_its_directory_has_come_to_rest(tmp_path: Path, later: Shift) -> None:
    (tmp_path / "d").mkdir()
    settler = Settler(str(tmp_path), SECONDS)

    assert asked(settler, "d/gone")
    assert settler.wake_in is not None
    assert 0 < settler.wake_in <= SECONDS
    later(SECONDS)
    assert not asked(settler, "d/gone")
    assert settler.wake_in is None


def test_of_a_directory_that_is_gone_itself_the_nearest_one_that_is_left_tells(tmp_path: Path, later: Shift) -> None:
    (tmp_path / "d").mkdir()
    settler = Settler(str(tmp_path), SECONDS)
    later(2 * SECONDS)
    quiet = asked(settler, "d/gone/and/more")
    later(0.0)

    assert not quiet
    assert asked(settler, "d/gone/and/more")


def test_a_folder_that_is_gone_itself_is_not_at_rest(tmp_path: Path) -> None:
    assert asked(Settler(str(tmp_path / "gone"), SECONDS), "d/x")


def test_in_a_directory_that_never_rests_deletions_wait_for_a_bounded_time(tmp_path: Path, later: Shift) -> None:
    settler = Settler(str(tmp_path), SECONDS)
    waits = []
    for since in (0.0, SECONDS, PATIENCE * SECONDS - 1, PATIENCE * SECONDS):
        later(since, wall=0.0)  # the directory's ctime stays new, however long people have been at work
        waits.append(asked(settler, "gone"))

    assert waits == [True, True, True, False]


def test_a_file_that_never_rests_is_taken_as_it_is_every_so_often(tmp_path: Path, later: Shift) -> None:
    settler = Settler(str(tmp_path), SECONDS)
    waits = []
    for since in (0.0, SECONDS, FILE_PATIENCE * SECONDS - 1, FILE_PATIENCE * SECONDS, 2 * FILE_PATIENCE * SECONDS):
        later(since, wall=0.0)  # its ctime stays new, however long it has been written
        (tmp_path / "log").write_text("line\n" * int(since + 1))
        waits.append(written(settler, tmp_path / "log"))
        settler.taken()

    assert waits == [True, True, True, False, False]


def test_a_file_that_was_taken_although_it_never_rests_waits_anew(tmp_path: Path, later: Shift) -> None:
    settler = Settler(str(tmp_path), SECONDS)
    log = tmp_path / "log"
    log.write_text("line")
    later(0.0)
    assert written(settler, log)
    later(FILE_PATIENCE * SECONDS, wall=0.0)
    log.write_text("another line")
    assert not written(settler, log)
    assert not written(settler, log), "it is taken only once a pass has ended well"
    settler.taken()

    assert written(settler, log)
    assert settler.wake_in is not None


def test_nothing_waits_where_the_setting_is_none(tmp_path: Path) -> None:
    settler = Settler(str(tmp_path), 0.0)
    settler.begin(0.0)

    assert not settler.unsettled("gone", None)


async def test_half_a_deletion_deletes_nothing_there_until_it_has_ended(tmp_path: Path) -> None:
    world = await World.make(tmp_path)
    for number in range(20):
        world.write(f"d/{number}", "x")
    await world.sync()
    waiting = world.reborn(settle_seconds=3600.0)
    for number in range(5):
        (world.here / f"d/{number}").unlink()

    result = await waiting.once()

    assert len(await world.there()) == 20
    assert result.look.waiting.directories == {"d"}
    assert result.look.wake_in is not None
    await waiting.reborn(settle_seconds=0.0).sync()
    assert len(await world.there()) == 15
