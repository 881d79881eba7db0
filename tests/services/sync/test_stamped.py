"""Does leaving out the directories that are as they were never leave out a change?"""

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from helix.core.actions import Action
from helix.core.trees import BaseState, Kind
from services.sync import gathering
from services.sync.cycle import Cycle, Wishes
from services.sync.journal.notes import Event, Forgotten, InSync, Note, Renamed, Seen, Touched
from services.sync.journal.reading import BaseRow, Snapshot
from services.sync.remotes.errors import ItemFailed
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.source import Source
from tests.services.sync.disturbances import disturb, write_behind
from tests.services.sync.world import World

SEED = int(os.environ.get("HELIX_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
ROUNDS = 40
FILE = BaseState(Kind.FILE, 1, 2, 3, "etag", "blake3:aa")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The directories whose rows were read."""
    found: list[str] = []
    rows_in = Snapshot.rows_in

    def watched(self: Snapshot, directory: str) -> Iterator[BaseRow]:
        found.append(directory)
        return rows_in(self, directory)

    monkeypatch.setattr(Snapshot, "rows_in", watched)
    return found


async def disk_world(base: Path, **changes: object) -> World:
    return await World.make(base, LocalRemote(str(base / "there")), **changes)


async def settled(world: World) -> World:
    """At rest, with every directory seen unchanged."""
    for _ in range(4):
        await world.sync()
    return world


async def row_by_row(world: World) -> tuple[Action, ...]:
    """What a pass would do that compares every row."""
    remote = LocalRemote(str(world.base / "there"))
    remote._features = replace(remote.features, disk=None)
    cycle = Cycle(world.settings, remote, world.journal, world.cycle._throttle, lambda: False)
    return (await cycle.look(Wishes())).plan.actions


async def test_a_pass_over_an_unchanged_tree_reads_no_row_and_still_counts_all(tmp_path: Path, read: list[str]) -> None:
    world = await disk_world(tmp_path)
    for path in ("a", "d/b", "d/e/c", "empty/x"):
        world.write(path, path)
    await settled(world)
    (world.here / "empty/x").unlink()
    await settled(world)
    read.clear()

    look = (await world.once()).look

    assert read == []
    assert look.plan.actions == ()
    assert look.plan.known == 6
    assert (look.counts.local_files, look.counts.local_paths, look.counts.local_bytes) == (3, 6, 9)
    assert (look.counts.remote_files, look.counts.remote_paths, look.counts.remote_bytes) == (3, 6, 9)


async def test_only_the_directory_of_a_change_is_read(tmp_path: Path, read: list[str]) -> None:
    world = await disk_world(tmp_path)
    for path in ("a", "d/b", "d/e/c"):
        world.write(path, path)
    await settled(world)
    world.write("d/b", "edited")
    read.clear()

    result = await world.once()

    assert read == ["d"]
    assert result.tally.uploaded == 1
    assert (await world.there())["d/b"] == b"edited"


async def test_an_edit_with_size_and_mtime_set_back_is_seen(tmp_path: Path) -> None:
    world = await disk_world(tmp_path)
    world.write("d/a", "before")
    await settled(world)
    write_behind(world.here / "d/a", "behind")

    await world.sync()

    assert (await world.there())["d/a"] == b"behind"


async def test_a_suspect_that_can_not_be_read_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path)
    world.write("d/a", "before")
    await settled(world)
    write_behind(world.here / "d/a", "behind")

    def unreadable(_self: Source) -> str:
        raise ItemFailed("not now")

    with monkeypatch.context() as patch:
        patch.setattr(Source, "digest", unreadable)
        await settled(world)
    await world.sync()

    assert (await world.there())["d/a"] == b"behind"


async def test_an_ignored_file_does_not_keep_its_directory_from_being_left_out_and_is_found_when_the_filter_goes(
    tmp_path: Path, read: list[str]
) -> None:
    world = await disk_world(tmp_path)
    world.write(".helixignore", "*.tmp\n")
    world.write("d/a", "a")
    world.write("d/b.tmp", "b")
    await settled(world)
    read.clear()
    await world.once()
    assert read == []
    world.write(".helixignore", "*.other\n")

    await world.sync()

    assert (await world.there())["d/b.tmp"] == b"b"


@pytest.mark.parametrize("disk", [True, False], ids=["on two disks", "on a remote that is listed"])
@pytest.mark.parametrize("few", [0, 1 << 30], ids=["by walkers", "by ourselves"])
async def test_a_directory_that_becomes_ignored_keeps_all_on_both_sides_and_is_kept_again_when_the_filter_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: bool, few: int
) -> None:
    monkeypatch.setattr(gathering, "FEW", few)
    world = await (disk_world(tmp_path) if disk else World.make(tmp_path))
    for path in ("d/build/a", "d/build/deep/b", "d/c"):
        world.write(path, path)
    await settled(world)
    everything = await world.there()
    world.write(".helixignore", "build/\n")
    await settled(world)
    (world.here / "d/build/a").unlink()
    world.write("d/build/deep/b", "edited while ignored")
    await settled(world)
    ignored = await world.there()
    (world.here / ".helixignore").unlink()

    await settled(world)

    assert ignored == {**everything, ".helixignore": b"build/\n"}
    there = await world.there()
    assert there["d/build/a"] == b"d/build/a"
    assert {b"edited while ignored", b"d/build/deep/b"} <= set(there.values())
    assert world.local() == there


async def test_an_unsettled_file_is_taken_once_it_has_settled(tmp_path: Path) -> None:
    world = await disk_world(tmp_path)
    world.write("d/a", "a")
    await settled(world)
    waiting = world.reborn(settle_seconds=3600.0)
    waiting.write("d/new", "new")
    for _ in range(3):
        await waiting.once()
    assert "d/new" not in await waiting.there()

    await waiting.reborn(settle_seconds=0.0).sync()

    assert (await waiting.there())["d/new"] == b"new"


async def test_rows_that_lie_in_no_directory_of_either_side_are_found(tmp_path: Path) -> None:
    world = await disk_world(tmp_path)
    world.write("a", "a")
    await settled(world)
    world.journal.note(InSync("gone/deep/x", FILE))
    world.journal.commit()

    await world.sync()

    assert world.journal.row("gone/deep/x") is None
    assert world.local() == {"a": b"a"}


@pytest.mark.parametrize(
    "note",
    [
        InSync("d/new", FILE),
        InSync("d/a", FILE),
        Touched("d/a", 5),
        Forgotten("d/a"),
        Renamed("d/a", "elsewhere", None),
        Renamed("other", "d/other", None),
        Renamed("d", "d2", None),
        Renamed("other", "d", None),
    ],
    ids=repr,
)
async def test_whatever_writes_a_row_voids_what_was_seen_of_its_directory(tmp_path: Path, note: Note) -> None:
    world = await disk_world(tmp_path)
    for path in ("d/a", "other"):
        world.write(path, path)
    await settled(world)
    assert seen(world) == {"", "d"}
    touched = dict(world.journal.ask("SELECT key, touched FROM directories"))

    world.journal.note(note, Seen("d", b"stale", 1, touched[b"d"]))
    world.journal.commit()

    assert "d" not in seen(world)


async def test_what_was_seen_is_kept_when_no_row_was_written(tmp_path: Path) -> None:
    world = await disk_world(tmp_path)
    world.write("d/a", "a")
    world.write("other/b", "b")
    await settled(world)

    world.journal.note(Event(1.0, "d/a", "upload", "done", 1, ""), InSync("other/b", FILE))
    world.journal.commit()

    assert seen(world) == {"", "d"}


async def test_a_directory_of_which_nothing_is_left_is_forgotten(tmp_path: Path) -> None:
    world = await disk_world(tmp_path)
    world.write("a", "a")
    world.write("d/e/b", "b")
    await settled(world)
    shutil.rmtree(world.here / "d")

    await settled(world)

    assert world.journal.ask("SELECT key FROM directories") == [(b"",)]


def seen(world: World) -> set[str]:
    found = world.journal.ask("SELECT key FROM directories WHERE seen IS NOT NULL")
    return {key.decode().replace("\0", "/") for (key,) in found}


@pytest.mark.parametrize(("few", "rounds"), [(2000, ROUNDS), (1, 12)], ids=["in this process", "by walkers"])
async def test_random_changes_lead_to_the_same_plan_as_comparing_every_row(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch, few: int, rounds: int
) -> None:
    monkeypatch.setattr("services.sync.gathering.FEW", few)
    print(f"seed {SEED}: repeat with HELIX_TEST_SEED={SEED}")
    rng = random.Random(SEED)
    world = await disk_world(tmp_path)
    planned = left_out = 0
    for number in range(rounds):
        for _ in range(rng.randrange(6)):
            disturb(rng, rng.choice((world.here, world.base / "there")))
        expected = await row_by_row(world)
        read.clear()

        actions = (await world.cycle.look(Wishes())).plan.actions

        assert actions == expected, f"seed {SEED}, round {number}"
        planned += len(actions)
        left_out += len({directory for directory, _, _ in os.walk(world.here)}) > len(read)
        await world.once()
    assert planned > 0
    assert left_out > 0
