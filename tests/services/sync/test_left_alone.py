"""Is what nobody may touch left alone, quietly, with a reason? Links, ignored files, directories that can't be read."""

import errno
import os
import socket
from pathlib import Path

import pytest

from helix.core.actions import Reason, Skip
from services.sync.apply.errors import LocalFailed
from services.sync.cycle import Result
from services.sync.remotes.errors import ItemFailed, Unreachable
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote
from tests.contracts.refusals import forbid_reading
from tests.services.sync.world import World, files_in


@pytest.fixture
async def world(tmp_path: Path) -> World:
    """`d/file` and `e` in sync with a directory on this machine."""
    world = await World.make(tmp_path, LocalRemote(str(tmp_path / "there")))
    world.write("d/file", "x")
    world.write("e", "x")
    await world.sync()
    return world


def reasons(result: Result) -> dict[str, Reason]:
    return {action.path: action.reason for action in result.look.plan.actions if isinstance(action, Skip)}


def put(side: Path, what: str) -> None:
    match what:
        case "link":
            os.symlink("/nowhere", side / "d/thing")
        case "fifo":
            os.mkfifo(side / "d/thing")
        case _:
            (side / "d/thing.tmp").write_text("ignored")


@pytest.mark.parametrize("deleted_there", [True, False], ids=["deleted there", "deleted here"])
@pytest.mark.parametrize(("what", "reason"), [("link", "unsynced"), ("fifo", "unsynced"), ("ignored", "filtered")])
async def test_a_deleted_directory_that_holds_what_is_not_synced_stays_quietly_until_that_is_gone(
    world: World, tmp_path: Path, what: str, reason: str, deleted_there: bool
) -> None:
    world.write(".helixignore", "*.tmp")
    await world.sync()
    here, there = world.here, tmp_path / "there"
    stays, goes = (here, there) if deleted_there else (there, here)
    put(stays, what)
    (goes / "d/file").unlink()
    (goes / "d").rmdir()

    first = await world.once()
    again = await world.once()

    assert (first.tally.failed, again.tally.failed, again.tally.done) == (0, 0, 0)
    assert not again.tally.again
    assert not again.look.plan.more
    assert reasons(again)["d"] == reason
    assert list((stays / "d").iterdir()) != []
    assert not (goes / "d").exists()
    assert not (stays / "d/file").exists()
    for thing in (stays / "d").iterdir():
        thing.unlink()
    await world.sync()
    assert not (stays / "d").exists()


async def test_a_file_put_beside_a_link_makes_the_directory_again_on_the_other_side(
    world: World, tmp_path: Path
) -> None:
    put(world.here, "link")
    (tmp_path / "there/d/file").unlink()
    (tmp_path / "there/d").rmdir()
    await world.sync()

    world.write("d/new", "y")
    await world.sync()

    assert (tmp_path / "there/d/new").read_text() == "y"
    assert os.path.islink(world.here / "d/thing")


async def test_a_remote_directory_that_can_not_be_read_stops_nothing_else_and_deletes_nothing(tmp_path: Path) -> None:
    world = await World.make(tmp_path)
    world.write("closed/a", "x")
    world.write("open/b", "x")
    await world.sync()
    assert isinstance(world.remote, MemoryRemote)
    world.remote.store.closed.add("closed")
    world.write("open/c", "y")
    (world.here / "open/b").unlink()

    result = await world.once()

    assert world.remote.files() == {"closed/a": b"x", "open/c": b"y"}
    assert world.local() == {"closed/a": b"x", "open/c": b"y"}
    assert reasons(result) == {"closed/a": Reason.UNSEEN}
    assert result.look.unseen == 1
    assert result.look.skipped["closed"] == "on the remote: the directory can't be read"
    world.remote.store.closed.clear()
    world.remote.delete("closed/a")
    await world.sync()
    assert world.local() == {"open/c": b"y"}


async def test_a_closed_directory_is_told_to_the_witness_and_raised_without_one(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def closing(path: str, *args: int, **kwargs: int) -> int:
        if str(path).endswith("/there/d/"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", closing)

    result = await world.once()

    assert result.look.there.unseen == {"d"}
    assert files_in(world.here) == {"d/file": b"x", "e": b"x"}
    with pytest.raises(Unreachable):
        assert [batch async for batch in world.remote.listing()]


async def test_one_local_file_that_may_not_be_read_fails_alone_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await World.make(tmp_path)
    world.write("secret", "x")
    world.write("plain", "x")
    await world.sync()
    world.write("secret", "edited")
    world.write("plain", "edited")
    forbid_reading(world.here / "secret", monkeypatch)

    result = await world.once()

    assert {path: failure.message for path, failure in result.tally.failures.items()} == {
        "secret": "the file can't be read: Permission denied"
    }
    assert not result.tally.again
    assert await world.there() == {"secret": b"x", "plain": b"edited"}


async def test_one_remote_file_that_may_not_be_read_fails_alone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there/secret").write_text("x")
    (tmp_path / "there/plain").write_text("x")
    real = os.open

    def closing(path: str, *args: int, **kwargs: int) -> int:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", closing)

    result = await world.once()

    assert list(result.tally.failures) == ["secret"]
    assert isinstance(result.tally.failures["secret"], ItemFailed)
    assert (world.here / "plain").read_text() == "x"


@pytest.mark.parametrize("side", ["here", "there"])
async def test_a_file_that_the_disk_will_not_show_is_deleted_nowhere(
    world: World, side: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def failing(path: str, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> os.stat_result:
        if (
            path == "file"
            and dir_fd is not None
            and os.readlink(f"/proc/self/fd/{dir_fd}") == str(tmp_path / side / "d")
        ):
            raise OSError(errno.EIO, "Input/output error")
        return real(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "stat", failing)

    result = await world.once()

    assert result.tally.done == 0
    assert reasons(result) == {"d/file": Reason.UNSEEN}
    assert files_in(world.here) == files_in(tmp_path / "there") == {"d/file": b"x", "e": b"x"}
    monkeypatch.undo()
    assert (await world.once()).look.plan.actions == ()


async def test_nothing_is_synced_while_the_filter_cannot_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("secret.key", "x")
    monkeypatch.chdir(world.here)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as unreadable:
        unreadable.bind(".helixignore")

        with pytest.raises(LocalFailed, match=r"\.helixignore can't be read") as told:
            await world.once()

    assert "correct its permissions" in told.value.remedy
    assert "secret.key" not in await world.there()
