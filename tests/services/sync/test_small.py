"""Are many small actions, done together, held to the same conditions as each alone?"""

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from helix.core.actions import Action, Download, KeepBoth, MakeDirRemote, Upload
from helix.core.trees import Kind, LocalState, RemoteState
from services.sync import files, flushing
from services.sync.apply import small
from services.sync.apply.jobs import SMALL_BYTES
from services.sync.apply.small import MANY, SmallActs
from services.sync.apply.throttle import Throttle
from services.sync.carriers import SIDE_BY_SIDE, Carriers
from services.sync.journal.journal import Journal
from services.sync.lease import LeaseLost
from services.sync.open_tree import OpenTree
from services.sync.remotes.errors import OverQuota
from services.sync.remotes.local import LocalRemote
from services.sync.reserved import TEMPORARY_PREFIX
from services.sync.suspects import Suspects
from tests.services.sync.world import World, text

COUNT = 8


def upload(name: str, size: int = 64) -> Upload:
    return Upload(name, LocalState(Kind.FILE, size, 1, 1), None, "created here")


def acts(throttle: Throttle | None = None) -> SmallActs:
    return SmallActs(Carriers("/nowhere", "/nowhere"), throttle or Throttle())


async def disk_world(base: Path) -> World:
    return await World.make(base, LocalRemote(str(base / "there")))


def new_files(world: World) -> dict[str, str]:
    content = {f"d/{number}": f"content {number}" for number in range(COUNT)}
    for path, what in content.items():
        world.write(path, what)
    return content


def before_step(monkeypatch: pytest.MonkeyPatch, name: str, count: int, act: Callable[[], None]) -> None:
    """Let something happen right before a tree's method is called for the `count`-th time."""
    original, left = getattr(OpenTree, name), count

    def watched(*args: object, **kwargs: object) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            act()
        return original(*args, **kwargs)

    monkeypatch.setattr(OpenTree, name, watched)


def leftovers(base: Path) -> list[Path]:
    return [path for path in base.rglob("*") if path.name.startswith(TEMPORARY_PREFIX)]


def test_small_actions_are_done_many_at_once_and_others_alone() -> None:
    few = [upload(f"{number}") for number in range(MANY + 1)]
    big, over = upload("big", SMALL_BYTES + 1), Upload("over", few[0].local, RemoteState(Kind.FILE, 1, "e"), "edited")

    batches = list(acts().batches([few[0], big, *few[1:], over]))

    assert batches == [[big], few[:MANY], [over], few[MANY:]]


def test_a_batch_moves_no_more_bytes_than_one_piece_of_a_big_file() -> None:
    batches = list(acts().batches([upload(f"{number}", SMALL_BYTES) for number in range(6)]))

    assert [len(batch) for batch in batches] == [4, 2]


def test_with_a_bandwidth_limit_a_batch_is_what_passes_in_a_second() -> None:
    batches = list(acts(Throttle(up=130)).batches([upload(f"{number}") for number in range(5)]))

    assert [len(batch) for batch in batches] == [2, 2, 1]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Download("p", None, RemoteState(Kind.FILE, 1, "e"), ""), True),
        (Download("p", LocalState(Kind.FILE, 1, 1, 1), RemoteState(Kind.FILE, 1, "e"), ""), False),
        (MakeDirRemote("p", LocalState(Kind.DIRECTORY, 0, 0, 1), None, ""), True),
        (KeepBoth("p", LocalState(Kind.FILE, 1, 1, 1), RemoteState(Kind.FILE, 1, "e"), ""), False),
    ],
)
def test_what_replaces_something_is_done_alone(action: Action, expected: bool) -> None:
    assert small.is_small(action) is expected


async def test_a_file_that_vanished_and_one_that_appeared_leave_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path)
    content = new_files(world)

    def meanwhile() -> None:
        (world.here / "d/3").unlink()
        (tmp_path / "there/d/5").write_text("theirs")

    before_step(monkeypatch, "read", 1, meanwhile)
    result = await world.once()

    del content["d/3"]
    assert text(await world.there()) == {**content, "d/5": "theirs"}
    assert result.tally.again
    assert (result.tally.uploaded, result.tally.failed, result.tally.done) == (COUNT - 2, 0, COUNT + 1)
    assert leftovers(tmp_path) == []


async def test_a_full_disk_stops_the_run_after_what_was_done_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path)
    new_files(world)

    def full() -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    before_step(monkeypatch, "write", 5, full)
    with pytest.raises(OverQuota):
        await world.once()

    stored = await world.there()
    assert len(stored) == COUNT - 1
    assert {path for path, _state, _ctime in world.journal.rows() if path != "d"} == set(stored)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("steps", [1, COUNT, COUNT + 3, 2 * COUNT, 2 * COUNT + 1])
async def test_a_claim_that_falls_stops_every_further_step_and_nothing_is_remembered(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path)
    world.write("d/first", "first")
    await world.sync()
    new_files(world)
    touched: list[str] = []
    put = OpenTree.put
    monkeypatch.setattr(OpenTree, "put", lambda tree, new, path: touched.append(path) or put(tree, new, path))
    left = steps

    def fence() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise LeaseLost("somebody else writes")

    world.journal.fence = fence
    with pytest.raises(LeaseLost):
        await world.once()

    assert len(touched) <= max(0, steps - COUNT)
    assert {path for path, _state, _ctime in world.journal.rows()} == {"d", "d/first"}
    assert leftovers(tmp_path) == []


async def test_a_cancelled_batch_ends_soon_and_leaves_no_half_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path)
    content = new_files(world)
    reached, go_on, ended = asyncio.Event(), threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        loop.call_soon_threadsafe(reached.set)
        assert go_on.wait(30)

    together = SmallActs._together

    def watched(*args: object) -> object:
        try:
            return together(*args)
        finally:
            ended.set()

    before_step(monkeypatch, "write", 2, wait)
    world.journal.set_fact("d", "made")
    (tmp_path / "there/d").mkdir()
    monkeypatch.setattr(SmallActs, "_together", watched)
    task = asyncio.create_task(world.once())
    await asyncio.wait_for(reached.wait(), 30)
    task.cancel()
    await asyncio.wait([task])
    go_on.set()
    assert await asyncio.to_thread(ended.wait, 30)

    assert task.cancelled()
    assert await world.there() == {}
    assert leftovers(tmp_path) == []
    monkeypatch.undo()
    await world.sync()
    assert text(await world.there()) == content


async def test_equal_files_are_adopted_with_one_look_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await disk_world(tmp_path)
    content = new_files(world)
    await world.sync()
    world.journal.close()
    Path(world.journal.path).unlink()
    (tmp_path / "there/d/2").write_text("CONTENT 2")

    await world.once()

    conflict = {path for path in world.local() if "conflict" in path}
    assert {path: what for path, what in text(world.local()).items() if path not in conflict} == {
        **content,
        "d/2": "CONTENT 2",
    }
    assert [world.local()[path] for path in conflict] == [b"content 2"]
    looked: list[str] = []
    monkeypatch.setattr(Suspects, "read", lambda _self, path, state, *_: looked.append(path) or state)
    await world.sync()
    assert looked == [], "the journal knows the ctime of what was read"


async def test_a_directory_that_became_a_link_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await disk_world(tmp_path)
    new_files(world)
    outside = tmp_path / "outside"
    outside.mkdir()

    def swapped() -> None:
        (tmp_path / "there/d").rename(tmp_path / "aside")
        (tmp_path / "there/d").symlink_to(outside)

    before_step(monkeypatch, "write", 1, swapped)
    result = await world.once()

    assert result.tally.uploaded == 0
    assert os.listdir(outside) == []


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_content_is_durable_before_its_name_and_the_name_before_it_is_remembered(
    tmp_path: Path, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path)
    if direction == "up":
        new_files(world)
    else:
        for number in range(COUNT):
            (tmp_path / f"there/{number}").write_text("content")
    told: list[str] = []
    move, note, write = files.move_within, Journal.note, OpenTree.write
    monkeypatch.setattr(flushing, "is_trusted", lambda _descriptor: True)
    monkeypatch.setattr(flushing, "flush", lambda _descriptor: told.append("flush"))
    monkeypatch.setattr(files, "move_within", lambda *args: told.append("move") or move(*args))
    monkeypatch.setattr(OpenTree, "write", lambda *args: told.append("write") or write(*args))
    monkeypatch.setattr(Journal, "note", lambda *args: told.append("note") or note(*args))

    await world.once()

    begin = told.index("write")
    steps = [word for number, word in enumerate(told) if number >= begin and told[number - 1] != word]
    assert told.count("move") == COUNT
    assert steps[:5] == ["write", "flush", "move", "flush", "note"]


async def test_no_more_batches_are_done_side_by_side_than_somebody_carries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path)
    content = new_files(world)
    together, lock = SmallActs._together, threading.Lock()
    running, most = 0, 0

    def watched(*args: object) -> object:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return together(*args)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(small, "MANY", 2)
    monkeypatch.setattr(SmallActs, "_together", watched)
    await world.sync()

    assert text(await world.there()) == content
    assert 1 <= most <= SIDE_BY_SIDE
