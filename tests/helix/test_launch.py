"""Does the launcher leave with the status that a platform needs?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helix import endnote, launch, places
from helix.errors import HelixError
from helix.settings import Settings, from_env
from tests.running.helix import ROOT


def settings(home: Path, **env: str) -> Settings:
    return from_env({"HELIX_HOME": str(home), **env}, cwd=home)


def test_every_directory_is_made(tmp_path: Path) -> None:
    made = settings(tmp_path / "deep/home")

    assert places.prepare(made) == []
    assert made.run_dir.is_dir()
    assert made.journal_dir.is_dir()
    assert made.folders[0].local.is_dir()


def test_a_file_in_the_place_of_a_directory_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a directory")

    problem = places.prepare(settings(tmp_path))[0]

    assert problem.name == "HELIX_FOLDER"
    assert str(tmp_path) not in str(problem)


def test_one_bad_home_is_one_problem_though_three_directories_are_in_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")

    problems = places.prepare(settings(tmp_path / "file/home"))

    assert [problem.name for problem in problems] == ["HELIX_HOME", "HELIX_FOLDER"]


def test_the_warden_s_note_becomes_the_exit_status(tmp_path: Path) -> None:
    endnote.write(tmp_path, endnote.ExitNote(70, "sync can't be kept up", "look at the log"))

    assert launch._exit_status(tmp_path, 0, asked_to_stop=False) == 70


def test_a_note_cut_short_is_still_a_failure(tmp_path: Path) -> None:
    (tmp_path / "exit.json").write_text('{"status"')

    assert launch._exit_status(tmp_path, 0, asked_to_stop=False) == 1


def test_a_stop_that_was_asked_for_is_no_failure(tmp_path: Path) -> None:
    assert launch._exit_status(tmp_path, 0, asked_to_stop=True) == 0
    assert endnote.read(tmp_path) == endnote.ExitNote(0, "it was told to stop", "")


def test_an_end_that_nobody_asked_for_is_noted_as_that(tmp_path: Path) -> None:
    assert launch._exit_status(tmp_path, 0, asked_to_stop=False) == 1
    note = endnote.read(tmp_path)
    assert note is not None
    assert (note.status, note.cause) == (1, "supervisord ended by itself")


def test_a_supervisord_that_ends_by_itself_is_a_failure_though_it_says_0(tmp_path: Path) -> None:
    assert launch._exit_status(tmp_path, 0, asked_to_stop=False) == 1


def test_a_second_helix_in_one_home_is_refused(tmp_path: Path) -> None:
    first = launch._lock(tmp_path / "helix.lock")

    with pytest.raises(HelixError, match="already"):
        launch._lock(tmp_path / "helix.lock")

    os.close(first)
    os.close(launch._lock(tmp_path / "helix.lock"))


def test_what_a_killed_run_left_is_taken_away(tmp_path: Path) -> None:
    for name in ("sync.json", "bot.prom", "supervisor.sock", "exit.json"):
        (tmp_path / name).write_text("old")

    launch._clear(tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "env",
    [
        {"PORT": "$PORT", "HELIX_MODE": "both", "MEGA_EMAIL": "a@b.example"},
        {"PORT": "abc", "HELIX_MAX_DELETE": "many", "DATABASE_URL_FILE": "/nowhere"},
    ],
)
def test_wrong_settings_end_with_78_and_all_their_names(tmp_path: Path, env: dict[str, str]) -> None:
    done = helix("up", env={"HELIX_HOME": str(tmp_path), **env})

    assert done.returncode == 78
    assert "3 settings are wrong" in done.stderr
    for name in set(env) - {"MEGA_EMAIL"}:
        assert name in done.stderr


def test_the_value_of_a_secret_is_never_shown(tmp_path: Path) -> None:
    done = helix("up", env={"HELIX_HOME": str(tmp_path), "PORT": "x", "HEALTH_TOKEN": "s3cr3t-value"})

    assert done.returncode == 78
    assert "s3cr3t" not in done.stdout + done.stderr


def test_wrong_usage_ends_with_2() -> None:
    assert helix("dance", env={}).returncode == 2


def test_without_a_running_helix_status_says_so_and_ends_with_1(tmp_path: Path) -> None:
    done = helix("status", "--json", env={"HELIX_HOME": str(tmp_path)})

    assert done.returncode == 1
    assert json.loads(done.stdout)["ready"] is False
    assert "supervisord does not answer" in done.stdout


def test_without_a_running_helix_sync_can_t_be_asked(tmp_path: Path) -> None:
    done = helix("sync", "now", env={"HELIX_HOME": str(tmp_path)})

    assert done.returncode == 2
    assert "sync does not answer" in done.stderr


def helix(*words: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "helix.cli", *words],
        cwd="/", env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
