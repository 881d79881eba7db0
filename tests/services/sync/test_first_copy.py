"""Is a first copy that is only counted done whole, and told in the same figures as one that is decided first?"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helix.core.actions import Reason, Skip
from services.sync import gathering, views, whole
from services.sync.apply.executor import Tally
from services.sync.cycle import Wishes
from tests.services.sync.first_copies import (
    COUNT,
    FILL,
    Fill,
    before_part,
    disk_world,
    fill_here,
    fill_there,
    make_parts_small,
    surveys,
)
from tests.services.sync.world import World, text


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    make_parts_small(monkeypatch)


@pytest.fixture
async def world(tmp_path: Path) -> World:
    return await disk_world(tmp_path)


@FILL
@pytest.mark.parametrize("few", [0, gathering.FEW], ids=["apart", "in a thread"])
async def test_a_first_copy_is_counted_and_then_done(
    world: World, fill: Fill, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "FEW", few)
    content, seen = fill(world), surveys(monkeypatch)

    result = await world.once()

    assert text(world.local()) == text(world.far.files()) == content
    assert (seen, result.tally.failed, result.look.plan.more) == ([], 0, True)
    again = await world.once()
    assert (again.tally.done, again.look.plan.actions, again.look.plan.more) == (0, (), False)


@FILL
async def test_the_whole_is_known_before_its_first_part(
    world: World, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, tally = fill(world), Tally()
    totals: list[tuple[int, int]] = []
    before_part(monkeypatch, 1, lambda: totals.append((tally.total, tally.bytes_total)))

    result = await world.cycle.run(Wishes(), tally)

    assert totals == [(COUNT + 1, sum(map(len, content.values())))]
    assert totals == [(tally.done, tally.bytes_done)] == [(tally.total, tally.bytes_total)]
    counts = result.look.counts
    assert counts.local_files == counts.remote_files == COUNT
    assert counts.local_bytes == counts.remote_bytes == tally.bytes_done


async def test_a_plan_that_is_asked_for_names_what_it_would_do(world: World) -> None:
    fill_here(world)

    shown = views.plan("files", await world.cycle.look(Wishes()))

    assert (shown["total"], shown["actions"][0]["path"]) == (COUNT + 1, "d")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda world: world.far.write("other", b"theirs"), id="both sides hold something"),
        pytest.param(lambda world: world.write(".helixignore", "*.tmp"), id="a filter hides something"),
        pytest.param(lambda world: shutil.rmtree(world.here / "d"), id="there is little"),
    ],
)
async def test_what_is_no_mere_first_copy_is_decided_before_anything_is_done(
    world: World, change: Callable[[World], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_here(world)
    world.write("kept", "kept")
    change(world)
    seen = surveys(monkeypatch)

    await world.once()

    assert seen
    await world.sync()
    assert world.local() == world.far.files()


async def test_different_files_on_both_sides_are_kept_both_when_the_journal_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {*fill_here(world).values(), *fill_there(world).values()}
    seen = surveys(monkeypatch)

    await world.sync()

    assert seen
    assert world.local() == world.far.files()
    assert set(text(world.local()).values()) == contents


@pytest.mark.parametrize(("mode", "fill"), [("mirror", fill_there), ("restore", fill_here)])
async def test_a_one_way_mode_does_not_copy_towards_its_source(tmp_path: Path, mode: str, fill: Fill) -> None:
    world = await disk_world(tmp_path, mode=mode)
    fill(world)
    before = world.local(), world.far.files()

    result = await world.once()

    assert (world.local(), world.far.files()) == before
    assert (result.tally.done, result.tally.total) == (0, 0)


@pytest.mark.parametrize(("mode", "fill"), [("mirror", fill_here), ("restore", fill_there)])
async def test_a_one_way_mode_copies_from_its_source(
    tmp_path: Path, mode: str, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await disk_world(tmp_path, mode=mode)
    content, seen = fill(world), surveys(monkeypatch)

    await world.once()

    assert seen == []
    assert text(world.local()) == text(world.far.files()) == content


async def test_a_standby_restores_and_leaves_the_remote_alone(world: World) -> None:
    fill_here(world)
    before = world.far.files()

    standing_by = await world.once(writer=False)

    assert (standing_by.tally.left, standing_by.tally.done, standing_by.tally.total) == (COUNT + 1, 0, 0)
    assert world.far.files() == before


async def test_what_is_still_being_written_is_looked_at_again_and_links_are_told(tmp_path: Path) -> None:
    world = await disk_world(tmp_path, settle_seconds=3600.0)
    content = fill_here(world)
    (world.here / "link").symlink_to("d")

    result = await world.once()

    left = [action for action in result.look.plan.actions if isinstance(action, Skip)]
    assert {action.path for action in left} == set(content)
    assert {action.reason for action in left} == {Reason.UNSETTLED}
    assert result.look.waiting.directories == {"d"}
    assert result.look.wake_in is not None
    assert "link" in result.look.skipped
    assert world.far.files() == {}


async def test_once_something_is_in_sync_no_disk_is_walked_to_ask_whether_it_is_a_first_copy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_here(world)
    await world.once()
    walked: list[str] = []
    monkeypatch.setattr(whole, "holds", lambda root, _most: bool(walked.append(root)))

    await world.once()

    assert walked == []
