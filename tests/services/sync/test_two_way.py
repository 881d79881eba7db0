"""Does one folder stay equal to its remote, whoever changes what?"""

import os
from pathlib import Path

import pytest

from helix.core.names import is_conflict_copy
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.world import World, text


@pytest.fixture(params=["memory", "disk"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    remote = MemoryRemote() if request.param == "memory" else LocalRemote(str(tmp_path / "there"))
    return await World.make(tmp_path, remote)


async def change_there(world: World, path: str, content: str) -> None:
    """Write on the remote as another client would."""
    if isinstance(world.remote, MemoryRemote):
        world.remote.write(path, content.encode())
    else:
        target = Path(world.remote.name.removeprefix("local:")) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


async def test_local_files_and_empty_directories_appear_on_the_remote(world: World) -> None:
    world.write("a.txt", "one")
    world.write("deep/er/b.txt", "two")
    (world.here / "empty").mkdir()

    await world.sync()

    assert text(await world.there()) == {"a.txt": "one", "deep/er/b.txt": "two"}
    entry = await world.remote.stat("empty")
    assert entry is not None


async def test_remote_files_appear_here_with_their_mtime(world: World) -> None:
    await change_there(world, "d/x", "remote")

    await world.sync()

    assert text(world.local()) == {"d/x": "remote"}
    entry = await world.remote.stat("d/x")
    assert entry is not None
    assert (world.here / "d/x").stat().st_mtime_ns == entry.mtime_ns


async def test_a_second_pass_does_nothing(world: World) -> None:
    world.write("a", "1")
    await change_there(world, "b", "2")
    await world.sync()

    result = await world.once()

    assert result.look.plan.actions == ()


async def test_an_edit_of_the_same_size_is_seen_and_the_old_content_is_kept(world: World) -> None:
    world.write("a", "old")
    await world.sync()
    world.write("a", "new")

    await world.sync()

    assert text(await world.there()) == {"a": "new"}
    assert b"old" in world.kept()


async def test_an_edit_in_place_whose_mtime_was_set_back_is_seen(world: World) -> None:
    world.write("a", "old")
    await world.sync()
    times = (world.here / "a").stat()
    with (world.here / "a").open("r+b") as file:
        file.write(b"new")
    os.utime(world.here / "a", ns=(times.st_atime_ns, times.st_mtime_ns))

    await world.sync()

    assert text(await world.there()) == {"a": "new"}
    assert (await world.once()).look.plan.actions == ()


async def test_a_change_of_permissions_sends_nothing(world: World) -> None:
    world.write("a", "same")
    await world.sync()
    before = await world.remote.stat("a")
    (world.here / "a").chmod(0o600)

    await world.sync()

    assert await world.remote.stat("a") == before


async def test_a_touched_file_is_not_sent_again(world: World) -> None:
    world.write("a", "same")
    await world.sync()
    before = await world.remote.stat("a")
    os.utime(world.here / "a", (1, 1))

    await world.sync()

    assert await world.remote.stat("a") == before


async def test_a_deleted_file_is_kept_in_the_trash_of_the_other_side(world: World) -> None:
    world.write("here-deleted", "1")
    world.write("there-deleted", "2")
    await world.sync()
    (world.here / "here-deleted").unlink()
    entry = await world.remote.stat("there-deleted")
    assert entry is not None
    await world.remote.remove("there-deleted", expect=entry.etag)

    await world.sync()

    assert world.local() == await world.there() == {}
    assert {b"1", b"2"} <= world.kept()


async def test_edits_on_both_sides_end_in_a_conflict_copy_and_a_repeat_makes_no_twin(world: World) -> None:
    world.write("a.txt", "base")
    await world.sync()
    world.write("a.txt", "mine!")
    await change_there(world, "a.txt", "theirs")

    await world.sync()
    await world.sync()

    local = text(world.local())
    copies = [path for path in local if is_conflict_copy(path)]
    assert local["a.txt"] == "theirs"
    assert [local[copy] for copy in copies] == ["mine!"]
    assert world.local() == await world.there()


async def test_equal_edits_on_both_sides_are_no_conflict(world: World) -> None:
    world.write("a", "base")
    await world.sync()
    world.write("a", "same edit")
    await change_there(world, "a", "same edit")

    await world.sync()

    assert text(world.local()) == {"a": "same edit"}


async def test_an_edit_wins_over_a_deletion(world: World) -> None:
    world.write("a", "1")
    world.write("b", "2")
    await world.sync()
    (world.here / "a").unlink()
    await change_there(world, "a", "edited there")
    world.write("b", "edited here")
    entry = await world.remote.stat("b")
    assert entry is not None
    await world.remote.remove("b", expect=entry.etag)

    await world.sync()

    assert text(world.local()) == text(await world.there()) == {"a": "edited there", "b": "edited here"}


async def test_a_file_that_becomes_a_directory_arrives(world: World) -> None:
    world.write("x", "file")
    await world.sync()
    (world.here / "x").unlink()
    world.write("x/inside", "dir")

    await world.sync()

    assert text(await world.there()) == {"x/inside": "dir"}
    assert b"file" in world.kept()


async def test_symlinks_fifos_and_strange_names_are_skipped_and_told(world: World, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("secret")
    os.symlink(tmp_path / "outside", world.here / "link")
    os.mkfifo(world.here / "fifo")
    os.close(os.open(os.fsencode(world.here) + b"/bad\xff", os.O_CREAT | os.O_WRONLY))
    world.write("good", "1")

    result = await world.sync()

    assert text(await world.there()) == {"good": "1"}
    assert set(result.look.skipped) == {"link", "fifo", "bad\\udcff"}
    assert (world.here / "link").is_symlink()


async def test_nothing_is_ever_written_through_a_symlink(world: World, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    os.symlink(outside, world.here / "d")
    await change_there(world, "d/file", "evil")

    await world.once()
    await world.once()

    assert list(outside.iterdir()) == []
    assert (world.here / "d").is_symlink()


async def test_ignored_paths_are_left_alone_on_both_sides(world: World) -> None:
    world.write(".helixignore", "*.tmp\nbuild/\n")
    world.write("a.tmp", "x")
    world.write("build/out", "x")
    world.write("b", "1")
    await change_there(world, "c.tmp", "there")

    await world.sync()

    assert set(await world.there()) == {".helixignore", "b", "c.tmp"}
    assert set(world.local()) == {".helixignore", "b", "a.tmp", "build/out"}
