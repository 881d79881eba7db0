"""Does a look at a few directories do what a look at everything would, and no less?"""

import asyncio
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from helix.core.guards import TripKind
from helix.core.trees import parent_of
from services.sync import nearby
from services.sync.apply.executor import Tally
from services.sync.cycle import Result, Wishes
from services.sync.hints import EVERYWHERE, NOWHERE, Hint, around, directories
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote, Moment
from services.sync.remotes.remote import Remote
from services.sync.reserved import MARKER
from tests.services.sync.mutator import Person
from tests.services.sync.world import World, files_in, text

SEEDS = 12


class Log:
    """Which operations the remote was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, operation: str, path: str, moment: Moment) -> None:
        if moment is Moment.BEFORE:
            self.asked.append((operation, path))


async def synced(base: Path, *paths: str, log: Log | None = None) -> World:
    """A world in which these paths are in sync."""
    world = await World.make(base, MemoryRemote(faults=log) if log else None)
    for path in paths:
        world.write(path, f"content of {path}")
    await world.sync()
    if log:
        log.asked.clear()
    return world


async def near(world: World, hint: Hint) -> Result:
    """One pass that looks there."""
    return await world.cycle.run(Wishes(where=hint), Tally())


async def test_an_edit_here_is_found_without_looking_elsewhere(tmp_path: Path) -> None:
    log = Log()
    world = await synced(tmp_path, "a/one", "b/two", "b/c/three", log=log)
    world.write("b/two", "edited")
    world.write("a/one", "edited, but nobody said so")

    result = await near(world, around(["b/two"]))

    assert text(await world.there()) == {
        "a/one": "content of a/one",
        "b/two": "edited",
        "b/c/three": "content of b/c/three",
    }
    assert result.look.where == Hint(frozenset({"b"}))
    assert {path for operation, path in log.asked if operation in ("listing", "children")} == {"b"}


async def test_an_edit_there_comes_here(tmp_path: Path) -> None:
    world = await synced(tmp_path, "a/one", "b/two")
    assert isinstance(world.remote, MemoryRemote)
    world.remote.write("b/two", b"edited there")
    world.remote.write("b/new", b"made there")

    await near(world, around(["b/two"]))

    assert text(world.local()) == {"a/one": "content of a/one", "b/two": "edited there", "b/new": "made there"}


async def test_edits_on_both_sides_are_kept_both(tmp_path: Path) -> None:
    world = await synced(tmp_path, "b/two")
    assert isinstance(world.remote, MemoryRemote)
    world.write("b/two", "edited here")
    world.remote.write("b/two", b"edited there")

    await near(world, around(["b/two"]))
    await world.sync()

    assert sorted(text(world.local()).values()) == ["edited here", "edited there"]
    assert await world.there() == world.local()


async def test_a_new_directory_is_read_whole(tmp_path: Path) -> None:
    world = await synced(tmp_path, "a/one")
    world.write("new/deep/er/file", "1")
    world.write("new/file", "2")

    await near(world, directories([""]))

    assert set(await world.there()) == {"a/one", "new/deep/er/file", "new/file"}


async def test_a_directory_that_is_new_is_its_parents_news(tmp_path: Path) -> None:
    world = await synced(tmp_path, "a/one")
    world.write("new/deep/file", "1")

    await near(world, directories(["new/deep"]))

    assert set(await world.there()) == {"a/one", "new/deep/file"}


async def test_a_directory_that_went_is_its_parents_news(tmp_path: Path) -> None:
    world = await synced(tmp_path, "a/one", "a/b/two", "c")
    (world.here / "a/b/two").unlink()
    (world.here / "a/b").rmdir()

    await near(world, directories(["a/b"]))
    await world.sync()

    assert set(await world.there()) == {"a/one", "c"}
    assert b"content of a/b/two" in world.kept()


async def test_a_rename_across_two_directories_transfers_nothing(tmp_path: Path) -> None:
    log = Log()
    world = await synced(tmp_path, "a/one", "b/two", log=log)
    os.rename(world.here / "a/one", world.here / "b/one")

    await near(world, around(["a/one", "b/one"]))

    assert set(await world.there()) == {"b/one", "b/two"}
    assert not [path for operation, path in log.asked if operation == "upload"]


async def test_many_deletions_are_judged_with_everything_in_view(tmp_path: Path) -> None:
    world = await synced(tmp_path, *(f"d/{number}" for number in range(30)), "e/other")
    for number in range(30):
        (world.here / f"d/{number}").unlink()

    result = await near(world, directories(["d"]))

    assert result.look.where.everywhere
    assert result.look.trip is not None
    assert result.look.trip.kind is TripKind.MASS_DELETION
    assert len(await world.there()) == 31


async def test_a_folder_that_lost_its_mark_is_seen_though_it_was_empty_at_the_last_look_at_everything(
    tmp_path: Path,
) -> None:
    world = await synced(tmp_path)
    for number in range(30):
        world.write(f"{number}", f"content {number}")
    await near(world, directories([""]))
    (world.here / MARKER).unlink()
    world.write("new", "in another folder that took its place")

    result = await near(world, directories([""]))

    assert result.look.trip is not None
    assert result.look.trip.kind is TripKind.UNMARKED_ROOT
    assert not (world.here / MARKER).exists()
    assert len(await world.there()) == 30


async def test_a_look_at_a_few_directories_knows_how_many_paths_are_in_sync_now(tmp_path: Path) -> None:
    world = await synced(tmp_path, "a/1")
    for number in range(20):
        world.write(f"b/{number}", f"content {number}")
    await near(world, directories([""]))

    result = await near(world, directories(["a"]))

    assert not result.look.where.everywhere
    assert result.look.plan.known == 2 + 21


async def test_a_symlink_in_the_place_of_a_directory_leads_nowhere(tmp_path: Path) -> None:
    world = await synced(tmp_path, "a/one")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("not ours")
    (world.here / "a/one").rename(world.here / "one")
    (world.here / "a").rmdir()
    (world.here / "a").symlink_to(outside)

    await near(world, directories(["a"]))

    assert "a/secret" not in await world.there()


async def test_a_new_directory_that_a_filter_hides_is_not_read(tmp_path: Path) -> None:
    log = Log()
    world = await synced(tmp_path, "a/one", ".helixignore", log=log)
    world.write(".helixignore", "cache/\n")
    world.write("cache/x/y", "nobody's business")

    await near(world, directories([""]))

    assert set(await world.there()) == {"a/one", ".helixignore"}
    assert ("listing", "cache") not in log.asked


async def test_a_file_that_is_still_written_is_named_for_the_next_look(tmp_path: Path) -> None:
    world = await synced(tmp_path, "a/one")
    world.cycle.folder = replace(world.cycle.folder, settle_seconds=60.0)
    world.write("a/two", "half")

    result = await near(world, around(["a/two"]))

    assert result.look.waiting == around(["a/two"])
    assert set(await world.there()) == {"a/one"}


async def test_the_first_look_is_at_everything(tmp_path: Path) -> None:
    world = await World.make(tmp_path)
    world.write("a/one", "1")

    result = await near(world, directories(["elsewhere"]))

    assert result.look.where.everywhere
    assert set(await world.there()) == {"a/one"}


class Walker(Person):
    """Says where it changed something."""

    hint = NOWHERE

    def _path(self) -> Path:
        path = super()._path()
        relative = str(path.relative_to(self.root))
        self.hint = self.hint.joined(directories({parent_of(relative), parent_of(parent_of(relative))}))
        return path


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_random_work_is_synced_by_looks_at_where_it_was(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    there = tmp_path / "there"
    there.mkdir()
    world = await World.make(tmp_path, _remote(there))
    await world.sync()
    people = [Walker(world.here, "here", rng), Walker(there, "there", rng)]

    for _ in range(15):
        for person in people:
            for _ in range(rng.randrange(4)):
                person.act()
        hint = people[0].hint.joined(people[1].hint)
        for _ in range(4):
            result = await near(world, hint)
            if not (result.tally.done or result.tally.failed):
                break
            if result.tally.again or result.tally.failed or result.look.plan.more:
                hint = EVERYWHERE
        people[0].hint = people[1].hint = NOWHERE
    whole = await world.once()

    assert not whole.tally.done, f"a look at everything still found {whole.look.plan.actions}"
    assert world.local() == await world.there()
    kept = await asyncio.to_thread(world.kept)
    assert people[0].owed | people[1].owed <= kept
    assert files_in(there) == world.local()


def _remote(root: Path) -> Remote:
    return LocalRemote(str(root))


@pytest.mark.parametrize("disk", [True, False])
async def test_a_new_directory_with_more_than_shall_be_held_leads_to_a_look_at_everything(
    tmp_path: Path, disk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "MANY", 3)
    world = await World.make(tmp_path, LocalRemote(str(tmp_path / "there")) if disk else MemoryRemote())
    world.write("old", "old")
    await world.sync()

    looks = []
    for side in (world.write, lambda path, content: world.far.write(path, content.encode())):
        for new in (3, 4):
            for number in range(new):
                side(f"{side.__name__}{new}/{number}", f"{number}")
            looks.append((await near(world, around([f"{side.__name__}{new}"]))).look.where.everywhere)

    assert looks == [False, True, False, True]
    assert world.local() == world.far.files()
    assert len(world.local()) == 15
