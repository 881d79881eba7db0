"""Are several folders kept side by side, each in its own way?"""

from pathlib import Path

from tests.services.sync.running import eventually, home, running


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
