"""Do deleted and overwritten files stay as long as promised, come back when asked, and leave when old?"""

import os
from pathlib import Path

import pytest

from helix.errors import Refused
from services.sync.journal import history
from services.sync.resolve import resolve
from services.sync.trash import Trash, check_path, stamp_of, time_of, version_id
from tests.services.sync.world import World, text

NOW = 1_800_000_000.0
DAY = 86_400.0


@pytest.fixture
async def world(tmp_path: Path) -> World:
    """A file that was edited and deleted here, and one that was edited there."""
    world = await World.make(tmp_path)
    world.write("a", "first")
    world.write("b", "base")
    await world.sync()
    world.write("a", "second")
    await world.sync()
    (world.here / "a").unlink()
    world.remote.write("b", b"edited there")  # type: ignore[attr-defined]
    await world.sync()
    return world


def trash_of(world: World) -> Trash:
    return Trash(str(world.here), world.remote, world.journal)


async def test_the_newest_version_comes_back_and_an_older_one_by_its_name(world: World) -> None:
    versions = history.versions(world.journal, "a")
    assert [version.size for version in versions] == [6, 5]

    await trash_of(world).restore("a", None, None)
    await trash_of(world).restore("a", version_id(versions[1]), "elsewhere/a-old")
    await world.sync()

    assert text(world.local()) == {"a": "second", "b": "edited there", "elsewhere/a-old": "first"}
    assert world.local() == await world.there()


async def test_a_restore_over_an_existing_file_keeps_that_one_too(world: World) -> None:
    world.write("a", "third")

    await trash_of(world).restore("a", None, None)

    assert (world.here / "a").read_text() == "second"
    assert b"third" in world.kept()
    replaced = history.versions(world.journal, "a")[0]
    assert (replaced.size, replaced.reason) == (5, "overwritten by a restore")
    await trash_of(world).restore("a", version_id(replaced), None)
    assert (world.here / "a").read_text() == "third"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("file/below", "a parent is not a directory"),
        ("directory", "directory is a directory"),
        ("link", "something that is not synced is in the way"),
        ("link/below", "a parent is not a directory"),
    ],
)
async def test_a_restore_to_where_no_file_can_be_says_why_and_harms_nothing(world: World, to: str, why: str) -> None:
    (world.here / "file").write_text("x")
    (world.here / "directory").mkdir()
    (world.here / "link").symlink_to("file")
    before = sorted(os.listdir(world.here))

    with pytest.raises(
        Refused, match=rf"{why} .clear the place, or name another one: `helix restore PATH --to"
    ) as told:
        await trash_of(world).restore("a", None, to)

    assert told.value.code == "in-the-way"
    assert sorted(os.listdir(world.here)) == before
    assert (world.here / "file").read_text() == "x"


@pytest.mark.parametrize(("keep", "stays", "comes_back"), [("local", "mine", "theirs"), ("remote", "theirs", "mine")])
async def test_what_lost_a_conflict_can_be_brought_back(tmp_path: Path, keep: str, stays: str, comes_back: str) -> None:
    world = await World.make(tmp_path)
    world.write("c", "base")
    await world.sync()
    world.write("c", "mine")
    world.remote.write("c", b"theirs")  # type: ignore[attr-defined]
    await world.sync()
    await resolve(str(world.here), world.journal, "c", keep)
    await world.sync()
    assert text(world.local()) == text(await world.there()) == {"c": stays}

    lost = next(one for one in history.versions(world.journal, "c") if one.reason == "lost a conflict")
    await trash_of(world).restore("c", version_id(lost), None)

    assert text(world.local()) == {"c": comes_back}


async def test_what_is_not_kept_is_refused(world: World) -> None:
    with pytest.raises(Refused):
        await trash_of(world).restore("never was", None, None)
    with pytest.raises(Refused):
        await trash_of(world).restore("a", "local-nonsense", None)


async def test_old_versions_leave_both_sides_and_young_ones_stay(world: World) -> None:
    young = await trash_of(world).expire(30, NOW - 20 * 365 * DAY)
    assert young == 0
    before = len(history.versions(world.journal, "a")) + len(history.versions(world.journal, "b"))

    gone = await trash_of(world).expire(30, NOW + 365 * DAY)

    assert gone == before == 3
    assert history.versions(world.journal, "a") == history.versions(world.journal, "b") == []
    assert not {b"first", b"second", b"base"} & world.kept()
    assert text(world.local()) == text(await world.there()) == {"b": "edited there"}


async def test_a_journal_begun_anew_finds_the_versions_again(world: World, tmp_path: Path) -> None:
    known = {version_id(version) for version in history.versions(world.journal, "a")}
    world.journal.close()
    (tmp_path / "journal.db").unlink()
    world.journal.open()

    await trash_of(world).index()

    assert {version_id(version) for version in history.versions(world.journal, "a")} == known


def test_a_stamp_is_its_time_and_anything_else_is_none() -> None:
    assert time_of(stamp_of(NOW)) == pytest.approx(NOW)
    assert time_of(stamp_of(NOW) + ".2") == pytest.approx(NOW)
    assert time_of("somebody's folder") is None


@pytest.mark.parametrize("path", ["", "..", "a/../b", "/abs", "a//b", ".helix", ".helix/x", "a\0b", "./a"])
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    with pytest.raises(Refused):
        check_path(path)
