"""Do the commands of `helix` answer people and programs, on a real Helix?"""

import json
from typing import Any

import pytest

from tests.running import Helix, eventually

pytestmark = pytest.mark.xdist_group("chaos-commands")


def answer(helix: Helix, *words: str) -> Any:
    """Give what a command says as JSON."""
    done = helix.command(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def text(helix: Helix, *words: str, code: int = 0) -> str:
    """Give what a command says to people."""
    done = helix.command(*words)
    assert done.returncode == code, done.stderr
    return done.stdout


def test_status_tells_the_verdict_the_programs_and_the_folder(helix: Helix) -> None:
    told = text(helix, "status")

    assert told.startswith("Helix is ready, keeping the files")
    assert all(name in told for name in ("health", "sync", "bot", "warden", "rclone", "files", "local"))
    assert answer(helix, "status")["ready"] is True


def test_status_names_what_is_not_kept(helix: Helix) -> None:
    (helix.folder / "\x1b[2Jlink").symlink_to("elsewhere")
    (helix.folder / "beside.txt").write_text("kept")
    eventually((helix.remote / "beside.txt").exists)

    assert eventually(lambda: "files: ?[2Jlink is left out: a symlink" in text(helix, "status"))
    (helix.folder / "\x1b[2Jlink").unlink()


def test_a_pass_is_run_on_demand_and_stands_in_the_history(helix: Helix) -> None:
    (helix.folder / "a.txt").write_text("a")

    told = text(helix, "sync", "now")

    assert "files: done; 1 uploaded" in told or "files: nothing" in told
    assert eventually((helix.remote / "a.txt").exists)
    # it is there before the pass that brought it has ended and is written down
    assert eventually(lambda: "1 uploaded" in text(helix, "sync", "history"))
    assert "upload" in text(helix, "sync", "history", "a.txt")
    assert answer(helix, "sync", "history")["runs"]


def test_a_plan_says_what_and_why_and_a_pause_holds_it_back(helix: Helix) -> None:
    assert text(helix, "sync", "pause").strip() == "paused"
    (helix.folder / "waits.txt").write_text("waits")

    plan = eventually(lambda: "waits.txt" in (said := text(helix, "sync", "plan")) and said)
    paused = text(helix, "status")
    resumed = text(helix, "sync", "resume").strip()

    assert "upload" in plan
    assert "(" in plan, "the reason stands in brackets"
    assert "paused" in paused
    assert resumed == "running"
    assert eventually((helix.remote / "waits.txt").exists)


def test_the_bandwidth_limit_is_changed_while_running(helix: Helix) -> None:
    assert text(helix, "sync", "limit", "10M:off").strip() == "up: 10.0 MiB/s, down: no limit"
    assert text(helix, "sync", "limit", "off").strip() == "up: no limit, down: no limit"

    wrong = helix.command("sync", "limit", "fast")

    assert wrong.returncode == 2
    assert "1M:5M" in wrong.stderr


def test_a_verification_reports_its_result(helix: Helix) -> None:
    assert "accepted" in text(helix, "sync", "verify")

    folder = eventually(lambda: verified(helix), what="the result of the verification")

    assert folder["verify"]


def verified(helix: Helix) -> Any:
    folder = answer(helix, "status")["folders"][0]
    return folder if folder["verify"] else None


def test_a_conflict_is_listed_and_decided(helix: Helix) -> None:
    file = "both.txt"
    (helix.folder / file).write_text("base")
    assert eventually(lambda: (helix.remote / file).read_text() == "base")
    text(helix, "sync", "pause")
    (helix.folder / file).write_text("edited here")
    (helix.remote / file).write_text("edited there, too")
    text(helix, "sync", "resume")
    text(helix, "sync", "now")

    listed = eventually(lambda: file in (said := helix.command("conflicts").stdout) and said)
    contents = {path.read_text() for path in helix.folder.glob("both*")}
    decided = text(helix, "conflicts", "resolve", file, "--keep", "local")

    assert "has a second version" in listed
    assert contents == {"edited here", "edited there, too"}
    assert "kept local" in decided
    assert eventually(lambda: (helix.folder / file).read_text() == "edited here")
    assert eventually(lambda: helix.command("conflicts").returncode == 0)


def test_what_is_not_there_is_refused_with_a_remedy(helix: Helix) -> None:
    done = helix.command("restore", "never-was.txt")

    assert done.returncode == 2
    assert "never-was.txt" in done.stderr
    assert "(" in done.stderr, "the remedy stands in brackets"


def test_doctor_runs_the_probes_and_finds_nothing(helix: Helix) -> None:
    told = text(helix, "doctor")

    assert "Helix is ready" in told
    for probe in ("imports", "files", "distributions", "settings", "directories", "programs"):
        assert any(line.startswith(probe) and " OK " in line for line in told.splitlines()), probe
