"""Does the report board give what was posted, whatever the disk does?"""

import os
from pathlib import Path

import pytest

from helix.board import Board
from helix.core.health import Report, Unreadable
from tests.core.situations import report


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def _posted_at(board: Board, program: str) -> float:
    found = board.read(program)
    assert isinstance(found, Report)
    return found.posted_at


def test_what_was_posted_is_read(board: Board) -> None:
    long_ahead = report("sync", posted_at=4e9)

    board.post(long_ahead, "helix_up 1\n")

    assert board.read("sync") == long_ahead
    assert board.read_metrics("sync") == "helix_up 1\n"
    assert board.read_all() == {"sync": long_ahead}


def test_a_program_that_posted_nothing_has_no_report(board: Board) -> None:
    assert board.read("bot") is None
    assert board.read_metrics("bot") == ""


def test_a_withdrawn_report_is_gone_and_withdrawing_twice_is_fine(board: Board) -> None:
    board.post(report("bot"), "x")

    board.withdraw("bot")
    board.withdraw("bot")

    assert board.read_all() == {}


def test_a_torn_report_is_unreadable_and_stops_nobody_else(board: Board) -> None:
    board.post(report("bot"))
    (board.run_dir / "sync.json").write_bytes(b'{"schema": 1, "progr')

    found = board.read_all()

    assert isinstance(found["sync"], Unreadable)
    assert isinstance(found["bot"], Report)


def test_a_post_that_cannot_be_written_counts_as_a_sign_of_life(board: Board) -> None:
    board.post(report("sync"), "x 1\n")
    os.utime(board.run_dir / "sync.json", (1e9, 1e9))
    before = _posted_at(board, "sync")
    (board.run_dir / f".sync.json.{os.getpid()}").mkdir()

    board.post(report("sync"), "x 2\n")

    assert _posted_at(board, "sync") > before
    assert board.read_metrics("sync") == "x 2\n"


def test_metrics_that_are_not_text_are_left_out(board: Board) -> None:
    (board.run_dir / "bot.prom").write_bytes(b"\xff\xfe")

    assert board.read_metrics("bot") == ""


def test_no_temporary_file_stays_behind(board: Board) -> None:
    board.post(report("sync"), "x 1\n")

    assert sorted(path.name for path in board.run_dir.iterdir()) == ["sync.json", "sync.prom"]
