"""Do the probes of files, settings, directories and deploy files fire for their fault, and only for it?"""

import re
from pathlib import Path

import pytest

from healthcheck.probes import directories, files, programs, settings
from healthcheck.probes.probe import Fault, Place, sum_up
from helix.core.health import Status
from helix.image import manifest
from helix.release import ROOT
from tests.healthcheck.probes.places import application, place, write
from tests.healthcheck.stage import playing

SHIPPED = {"app/__init__.py": "", "app/work.py": "x = 1\n", "page.html": "<p>"}


@pytest.fixture
def shipped(tmp_path: Path) -> Place:
    write(tmp_path, SHIPPED)
    manifest.write(tmp_path, SHIPPED, release=manifest.Release("1.0", "abc", "now"))
    return place(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Place:
    for name in ("run", "journal", "files"):
        (tmp_path / "var" / name).mkdir(parents=True)
    return place(tmp_path)


async def test_the_files_as_built_pass(shipped: Place) -> None:
    finding = await files.probe(shipped)

    assert (finding.status, finding.output) == (Status.PASS, "3 files are as built")


async def test_a_file_that_is_missing_altered_or_added_is_named_and_its_repair_is_seen(shipped: Place) -> None:
    (shipped.root / "page.html").unlink()
    write(shipped.root, {"app/work.py": "x = 2\n", "app/shadow.py": ""})
    ill = await files.probe(shipped)
    write(shipped.root, SHIPPED)
    (shipped.root / "app/shadow.py").unlink()
    well = await files.probe(shipped)

    assert (ill.status, well.status) == (Status.FAIL, Status.PASS)
    assert "page.html was shipped and is missing" in ill.output
    assert "app/work.py its content is not what was shipped" in ill.output
    assert "app/shadow.py was not shipped" in ill.output
    assert "rebuild" in ill.remedy


async def test_a_manifest_that_is_none_is_named(shipped: Place) -> None:
    write(shipped.root, {"manifest.json": "{"})

    assert "not a manifest" in (await files.probe(shipped)).output


async def test_a_checkout_passes_and_an_image_without_manifest_warns(tmp_path: Path) -> None:
    bare = await files.probe(place(tmp_path))
    (tmp_path / ".git").mkdir()
    checkout = await files.probe(place(tmp_path))

    assert (bare.status, checkout.status) == (Status.WARN, Status.PASS)


async def test_right_settings_pass(tmp_path: Path) -> None:
    finding = await settings.probe(place(tmp_path, PORT="8080", MEGA_EMAIL="a@b.org", MEGA_PASS_FILE=__file__))

    assert finding.status is Status.PASS


async def test_wrong_settings_are_named_without_their_values(tmp_path: Path) -> None:
    finding = await settings.probe(place(tmp_path, PORT="$PORT", HELIX_MODE="sekret-value"))

    assert finding.status is Status.FAIL
    assert "PORT" in finding.output
    assert "HELIX_MODE" in finding.output
    assert "sekret-value" not in finding.output + finding.remedy


async def test_a_misspelt_name_is_a_warning_that_says_the_right_one(tmp_path: Path) -> None:
    finding = await settings.probe(place(tmp_path, HELIX_FOLDR="/x", MEGA_PASWORD="sekret", HELIX_REPLICA_NAME="r"))

    assert finding.status is Status.WARN
    assert "HELIX_FOLDR is set and nothing reads it" in finding.output
    assert "HELIX_FOLDER" in finding.remedy
    assert "sekret" not in finding.output + finding.remedy


def test_the_probe_knows_every_setting_that_is_read() -> None:
    source = (ROOT / "helix" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:HELIX|MEGA|DISCORD|HEALTH|LOG|DATABASE|ARCHITECT|PORT)[A-Z_]*)"', source))

    assert len(read) > 20
    assert read <= settings.known()


async def test_writable_directories_pass_and_nothing_stays_in_them(home: Place) -> None:
    finding = await directories.probe(home)

    assert finding.status is Status.PASS
    assert [path for path in (home.root / "var").rglob("*") if path.is_file()] == []


async def test_a_missing_directory_is_named_and_not_made(home: Place) -> None:
    folder = home.root / "var" / "files"
    folder.rmdir()

    finding = await directories.probe(home)

    assert finding.output == "the folder files directory is missing"
    assert not folder.exists()


async def test_a_directory_that_is_none_is_named(home: Place) -> None:
    (home.root / "var" / "journal").rmdir()
    write(home.root, {"var/journal": ""})

    finding = await directories.probe(home)

    assert finding.status is Status.FAIL
    assert finding.output.startswith("the journal directory can't be used")


async def test_wrong_settings_are_left_to_their_own_probe(home: Place) -> None:
    finding = await directories.probe(place(home.root, PORT="x"))

    assert finding.status is Status.PASS


async def test_one_deploy_file_and_one_start_command_pass(tmp_path: Path) -> None:
    application(tmp_path)
    write(tmp_path, {"Procfile": "web: helix up\n", ".railway/railway.ts": ""})
    write(tmp_path, {"Dockerfile": 'FROM x\nENTRYPOINT ["tini", "--"]\nCMD ["helix", "up"]\n'})

    finding = await programs.probe(place(tmp_path))

    assert (finding.status, finding.output) == (Status.PASS, "1 programs")


async def test_two_deploy_files_and_another_start_command_are_named(tmp_path: Path) -> None:
    application(tmp_path)
    write(tmp_path, {"railway.json": "{}", "railway.toml": "", "Procfile": "web: python bot.py\n"})

    finding = await programs.probe(place(tmp_path))

    assert finding.status is Status.FAIL
    assert "several deploy configurations: railway.json, railway.toml" in finding.output
    assert "Procfile starts something else than `helix up`" in finding.output


async def test_a_program_that_supervisord_does_not_know_is_named() -> None:
    async with playing() as stage:
        application(stage.home)
        unknown = await programs.probe(Place(stage.home, {"HELIX_HOME": str(stage.home)}, stage.home))
        stage.states["app"] = "RUNNING"
        known = await programs.probe(Place(stage.home, {"HELIX_HOME": str(stage.home)}, stage.home))

    assert unknown.output == "supervisord does not know the program app"
    assert known.status is Status.PASS


def test_many_faults_are_summed_up_in_one_line() -> None:
    finding = sum_up([Fault(f"fault {number}", f"remedy {number}") for number in range(5)])

    assert finding.output == "fault 0; fault 1; fault 2; and 2 more"
    assert finding.remedy == "remedy 0"
