"""Does a program that can't begin say why, and leave with the status that says whether a restart helps?"""

import io
import json
from pathlib import Path

import pytest

from helix.board import Board
from helix.core.health import FAILED, MISCONFIGURED, Report
from helix.errors import HelixError, Misconfigured, Problem
from helix.start import leave_with

pytestmark = pytest.mark.usefixtures("root_logger_restored")


def left(error: HelixError | None, status: int | None = None, **env: str) -> tuple[int, list[dict[str, str]]]:
    """Leave with *error*, or with *status*; give the exit status and the lines of the log."""

    def work() -> int | None:
        if error is not None:
            raise error
        return status

    stream = io.StringIO()
    code = leave_with("sync", {"LOG_FORMAT": "json", **env}, work, stream=stream)
    return code, [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(("status", "code"), [(None, 0), (0, 0), (78, 78)])
def test_the_work_s_own_status_is_kept(status: int | None, code: int) -> None:
    assert left(None, status) == (code, [])


def test_wrong_settings_leave_with_78_and_a_line_for_each() -> None:
    problems = [Problem("PORT", "is not a port number", "set one"), Problem("HELIX_MODE", "is wrong", "choose one")]

    code, lines = left(Misconfigured(problems))

    assert code == 78
    assert [(line["setting"], line["output"], line["remedy"]) for line in lines] == [
        ("PORT", "is not a port number", "set one"),
        ("HELIX_MODE", "is wrong", "choose one"),
    ]


def test_another_error_leaves_with_1_its_cause_and_its_remedy() -> None:
    code, lines = left(HelixError("the port is taken", remedy="choose another"))

    assert code == 1
    assert (lines[0]["output"], lines[0]["remedy"], lines[0]["level"]) == (
        "the port is taken",
        "choose another",
        "ERROR",
    )


@pytest.mark.parametrize(
    ("error", "state", "told"),
    [
        (HelixError("the port is taken", remedy="choose another"), FAILED, ("the port is taken", "choose another")),
        (
            Misconfigured([Problem("PORT", "is wrong", "set one"), Problem("HELIX_MODE", "is odd", "choose one")]),
            MISCONFIGURED,
            ("PORT is wrong; HELIX_MODE is odd", "set one"),
        ),
    ],
)
def test_the_cause_stands_on_the_board_for_the_warden_and_for_helix_status(
    error: HelixError, state: str, told: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()

    left(error, HELIX_HOME=str(tmp_path))

    report = Board(tmp_path / "run").read("sync")
    assert isinstance(report, Report)
    assert report.state == state
    assert [(check.output, check.remedy) for check in report.checks] == [told]


def test_who_leaves_in_order_leaves_no_word_behind(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()

    left(None, HELIX_HOME=str(tmp_path))

    assert Board(tmp_path / "run").read("sync") is None
