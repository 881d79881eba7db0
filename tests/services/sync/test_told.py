"""Do all outlets tell what is not kept: how much of it, why, and what to do? And does no answer grow with a folder?"""

import json
from pathlib import Path

import pytest

from helix.core.health import Check, Status
from helix.errors import HelixError
from services.sync import views
from services.sync.apply.throttle import Throttle
from services.sync.checks import checks_of, together
from services.sync.cycle import Wishes
from services.sync.keeper import Keeper
from services.sync.metrics import Metrics
from services.sync.remotes.memory import MemoryRemote
from services.sync.remotes.timed import Requests
from services.sync.walk import MANY
from tests.contracts.refusals import forbid_reading
from tests.services.sync.keeping import at_rest, keeping, tripped

UNREADABLE = "the file can't be read: Permission denied"
REMEDY = "let the user who runs Helix read this file"


def items_of(keeper: Keeper) -> tuple[Status, str, str]:
    found = next(one for one in checks_of(keeper, alone=True) if one.name == "sync:items")
    return found.status, found.output, found.remedy


async def test_a_failed_path_is_told_with_its_cause_and_remedy_and_no_outlet_of_all_holds_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "secret").write_text("x")
    forbid_reading(tmp_path / "here" / "secret", monkeypatch)

    async with keeping(tmp_path, MemoryRemote()) as keeper:
        run = await keeper.ask()

        assert run.outcome == "partial"
        told = views.folder(keeper)
        assert told["failed"] == [{"path": "secret", "why": UNREADABLE, "remedy": REMEDY}]
        assert (told["failed_count"], told["skipped"], told["skipped_count"]) == (1, [], 0)
        status, output, remedy = items_of(keeper)
        assert status is Status.WARN
        assert output == f"1 path failed in the last pass and will be tried again: {UNREADABLE}"
        assert remedy == f"{REMEDY}; `helix status` names what failed, and why"

        keeper.standing.failed["other"] = HelixError("other changed", remedy="wait")

        _, output, remedy = items_of(keeper)
        assert output == "1 path failed in the last pass and will be tried again"
        assert remedy == "`helix status` names what failed, and why"


async def test_many_paths_that_are_left_out_are_counted_and_the_answer_stays_small(tmp_path: Path) -> None:
    here = tmp_path / "here"
    (here / "d").mkdir(parents=True)
    for number in range(3 * MANY):
        (here / "d" / f"link{number}").symlink_to("nowhere")

    async with keeping(tmp_path, MemoryRemote()) as keeper:
        await at_rest(keeper)

        told = views.folder(keeper)
        assert told["skipped_count"] == 3 * MANY
        assert len(told["skipped"]) == MANY
        plan = views.plan(keeper.name, await keeper.cycle.look(Wishes()))
        assert (plan["skipped_count"], len(plan["skipped"])) == (3 * MANY, MANY)


async def test_a_directory_that_can_not_be_read_is_named_before_many_links(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for number in range(2 * MANY):
        (here / f"a{number}").symlink_to("nowhere")
    remote = MemoryRemote()
    await remote.mkdir("closed")

    async with keeping(tmp_path, remote) as keeper:
        await at_rest(keeper)
        remote.store.closed.add("closed")
        await at_rest(keeper)

        told = views.folder(keeper)
        assert told["skipped"][0] == {"path": "closed", "why": "on the remote: the directory can't be read"}
        assert told["skipped_count"] == 2 * MANY + 1
        assert items_of(keeper)[1] == "1 directory can't be read; what is in there is left as it is"
        assert len(json.dumps(told)) < 20_000


async def test_a_guard_that_waits_is_counted_also_while_the_folder_is_paused(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for number in range(20):
        (here / f"{number}").write_text("x")
    metrics = Metrics(Throttle(), Requests())

    async with keeping(tmp_path, MemoryRemote()) as keeper:
        await at_rest(keeper)
        assert 'helix_sync_guard_tripped{folder="files"} 0.0' in metrics.collect([keeper], 0.0)
        for file in here.glob("?*"):
            if file.is_file():
                file.unlink()
        await tripped(keeper)

        await keeper.pause(True)

        assert 'helix_sync_guard_tripped{folder="files"} 1.0' in metrics.collect([keeper], 0.0)
        assert views.folder(keeper)["guard"] is not None


def check(name: str, status: Status, output: str = "") -> Check:
    return Check(f"sync:{name}", status, output, "mend it" if output else "", 0.0)


def test_of_several_folders_each_trouble_is_told_and_what_is_well_once() -> None:
    fine, paused = check("remote", Status.PASS), check("paused", Status.WARN, "sync is paused")
    art, state = check("guard", Status.WARN, "art: empty"), check("guard", Status.FAIL, "state: empty")

    told = together([(fine, paused, art), (fine, paused, state), (fine, paused, check("guard", Status.PASS))])

    assert told == (fine, paused, art, state)
