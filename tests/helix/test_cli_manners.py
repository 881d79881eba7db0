"""Does the command line refuse what makes no sense, in words, and hurt no terminal and no pipe?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helix.cli.__main__ import EX_NOT_READ, main
from helix.cli.shared import say


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which nothing runs."""
    monkeypatch.setenv("HELIX_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["sync", "now", "--wait", "inf"], "give a number of seconds from 0 to 3600"),
        (["sync", "now", "--wait", "nan"], "give a number of seconds from 0 to 3600"),
        (["sync", "now", "--wait", "soon"], "give a number of seconds from 0 to 3600"),
        (["sync", "history", "--limit", "0"], "give a number from 1"),
        (["sync", "history", "--limit", "٣"], "give a number from 1"),
        (["sync", "history", "a\udcff"], "the name is not UTF-8"),
        (["restore", "a\udcff"], "the name is not UTF-8"),
        (["restore", "a", "--to", "a\udcff"], "the name is not UTF-8"),
        (["conflicts", "resolve", "a\udcff", "--keep", "both"], "the name is not UTF-8"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(command: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(command)

    assert left.value.code == 2
    assert why in capsys.readouterr().err


def test_where_nothing_runs_no_restart_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    left = main(["sync", "now"])

    assert left == 2
    told = capsys.readouterr().err
    assert told == "helix sync: sync does not answer on its control socket (look at `helix status`, which says why)\n"


def test_a_name_moves_no_cursor_and_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1b[31m\x07\u202e\x9bb\n[red]c[/red]")

    assert capsys.readouterr().out == "a?[31m???b [red]c[/red]\n"


@pytest.mark.parametrize("command", [["status"], ["status", "--json"]])
def test_a_reader_that_hangs_up_is_no_finding_and_no_traceback(command: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)

    with open(write, "wb") as unread:
        done = subprocess.run(
            [sys.executable, "-m", "helix.cli", *command],
            check=False,
            stdout=unread,
            stderr=subprocess.PIPE,
            timeout=60,
        )

    assert (done.returncode, done.stderr) == (EX_NOT_READ, b"")
