"""Does a process that carries for the daemon do nothing without a go-ahead that still holds?"""

import os
from collections.abc import Iterator
from io import BufferedReader, FileIO
from pathlib import Path

import pytest

from services.sync.carrier import Claim, Dismissed, frame_of
from services.sync.carrying import Job
from services.sync.machine import waking_clock


@pytest.fixture
def orders() -> Iterator[tuple[int, "BufferedReader[FileIO]"]]:
    """What a daemon writes to, and what a carrier reads."""
    reading, writing = os.pipe()
    with FileIO(writing, "wb") as out, BufferedReader(FileIO(reading, "rb")) as orders:
        yield out.fileno(), orders


def test_a_step_waits_for_a_go_ahead_that_is_not_over(orders: tuple[int, "BufferedReader[FileIO]"]) -> None:
    claim = Claim(orders[1], os.getppid())
    for until in (waking_clock() - 1, waking_clock() - 0.1, waking_clock() + 3600):
        os.write(orders[0], frame_of(until))

    claim.proceed()
    os.write(orders[0], frame_of([("make there", "next", None, None)]))

    assert claim.next_jobs() == [Job("make there", "next")], "it took all three go-aheads"


def test_a_step_is_never_done_when_the_go_ahead_is_over_and_none_comes(tmp_path: Path) -> None:
    (tmp_path / "orders").write_bytes(frame_of(waking_clock() - 1))
    with BufferedReader(FileIO(tmp_path / "orders", "rb")) as orders:
        claim = Claim(orders, os.getppid())

        with pytest.raises(Dismissed):
            claim.proceed()


def test_a_step_is_never_done_for_a_daemon_that_is_gone(orders: tuple[int, "BufferedReader[FileIO]"]) -> None:
    os.write(orders[0], frame_of(waking_clock() + 3600))
    claim = Claim(orders[1], os.getpid())

    with pytest.raises(Dismissed):
        claim.proceed()


def test_an_order_that_breaks_off_is_none(tmp_path: Path) -> None:
    (tmp_path / "orders").write_bytes(frame_of([("make there", "next", None, None)])[:-3])
    with BufferedReader(FileIO(tmp_path / "orders", "rb")) as orders, pytest.raises(Dismissed):
        Claim(orders, os.getppid()).next_jobs()
