"""Are several folders kept side by side, each in its own way?"""

import asyncio
from pathlib import Path

import pytest

from helix.errors import Refused
from tests.running.patience import Patience
from tests.services.sync.running import PATIENCE, Sync, eventually, home, running


async def test_two_folders_of_a_configuration_are_kept_each_in_its_mode() -> None:
    with home() as place:
        config = place / "helix.toml"
        config.write_text(
            f"""
[[folder]]
name = "art"
local = "{place}/art"
remote = "local:{place}/art-there"
mode = "two-way"

[[folder]]
name = "archive"
local = "{place}/archive"
remote = "local:{place}/archive-there"
mode = "restore"
"""
        )
        (place / "archive-there").mkdir()
        (place / "archive-there/old").write_text("kept")
        async with running(place, HELIX_CONFIG=str(config)) as sync:
            await sync.ready()
            (place / "art/new").write_text("drawn")
            (place / "archive/mine").write_text("only here")

            await eventually(lambda: (place / "art-there/new").read_text() == "drawn")
            await sync.control.sync(wait=20)
            status = await sync.control.status()

            assert (place / "archive/old").read_text() == "kept"
            assert {path.name for path in Path(place / "archive-there").iterdir()} == {"old"}
            assert [(folder["name"], folder["mode"]) for folder in status["folders"]] == [
                ("art", "two-way"),
                ("archive", "restore"),
            ]
            assert sync.stop() == 0


def three_folders(place: Path) -> Path:
    """`art`, `photos` and `archive`, each with a schedule and a limit of its own."""
    config = place / "helix.toml"
    config.write_text(
        "".join(
            f"""
[[folder]]
name = "{name}"
local = "{place}/{name}"
remote = "local:{place}/{name}-volume/there"
scan_seconds = {seconds}
"""
            for name, seconds in (("art", 2), ("photos", 3), ("archive", 2))
        )
    )
    return config


async def in_states(sync: Sync, **wanted: str) -> None:
    """Wait until the folders are in these states; during a pass each of them is syncing."""
    patience = Patience(PATIENCE)
    found: dict[str, str] = {}
    while not patience.ended and not wanted.items() <= found.items():
        found = {folder["name"]: folder["state"] for folder in (await sync.control.status())["folders"]}
        await asyncio.sleep(0.02)
    assert wanted.items() <= found.items()


async def test_a_guarded_folder_and_one_whose_remote_is_gone_do_not_stop_the_third() -> None:
    with home() as place:
        for number in range(20):
            photo = place / f"photos-volume/there/old/{number}"
            photo.parent.mkdir(parents=True, exist_ok=True)
            photo.write_text("x")
        for name in ("art", "archive"):
            (place / f"{name}-volume").mkdir()
        async with running(place, HELIX_CONFIG=str(three_folders(place))) as sync:
            await sync.ready()
            (place / "art/.helixignore").write_text("*.tmp")
            (place / "archive-volume").rename(place / "unmounted")
            (place / "photos/old").rename(place / "gone")  # at once, so that no pass sees half of it
            await eventually(lambda: sync.check("sync:guard")["status"] == "warn", "the guard")
            await eventually(lambda: sync.check("sync:remote")["status"] == "warn", "the remote")
            (place / "art/new").write_text("drawn")
            (place / "art/new.tmp").write_text("scratch")

            await eventually((place / "art-volume/there/new").exists, "the third goes on")

            plans = {plan["name"]: plan for plan in (await sync.control.plan())["folders"]}
            guards = (await sync.control.conflicts())["guards"]
            assert sync.check("sync:guard")["output"].startswith("photos: ")
            assert sync.check("sync:remote")["output"].startswith("archive: ")
            assert "is not there" in plans["archive"]["error"]["message"]
            assert plans["photos"]["guard"]["folder"] == "photos"
            assert (plans["art"]["error"], plans["art"]["guard"], plans["art"]["total"]) == (None, None, 0)
            assert [guard["folder"] for guard in guards] == ["photos"]
            assert "decide photos proceed" in guards[0]["remedy"]
            await in_states(sync, archive="error", photos="guarded")
            assert not (place / "art-volume/there/new.tmp").exists()
            assert len(list((place / "photos-volume/there").glob("old/[0-9]*"))) == 20

            (place / "unmounted").rename(place / "archive-volume")
            await sync.control.decide("photos", "rescan")
            await eventually(lambda: len(list((place / "photos").glob("old/[0-9]*"))) == 20, "the photos are back")
            await eventually(lambda: sync.check("sync:remote")["status"] == "pass", "the remote is back")


async def test_a_path_that_several_folders_have_is_restored_and_settled_in_the_one_that_is_named() -> None:
    with home() as place:
        for name in ("art", "photos", "archive"):
            (place / f"{name}-volume").mkdir()
        async with running(place, HELIX_CONFIG=str(three_folders(place)), HELIX_SETTLE_SECONDS="0") as sync:
            await sync.ready()
            for name in ("art", "photos"):
                (place / name / "same").write_text(name)
                await eventually((place / f"{name}-volume/there/same").exists, "the upload")
                (place / name / "same").unlink()
            await eventually(lambda: not list(place.glob("*-volume/there/same")), "the deletions")
            await sync.control.sync(wait=20)

            with pytest.raises(Refused, match="several folders have same: art, photos"):
                await sync.control.restore("same")
            answer = await sync.control.restore("same", folder="photos")

            assert answer["folder"] == "photos"
            assert (place / "photos/same").read_text() == "photos"
            assert not (place / "art/same").exists()
            versions = (await sync.control.history(path="same"))["versions"]
            assert {version["folder"] for version in versions} == {"art", "photos"}
            with pytest.raises(Refused, match="there is no folder music"):
                await sync.control.resolve("same", "local", folder="music")
            await sync.control.pause()
            await eventually(
                lambda: sync.check("sync:paused")["output"].startswith("sync is paused"), "no folder's name"
            )
