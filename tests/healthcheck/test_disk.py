"""Is a full disk named, and a small one not taken for a full one?"""

import errno
import os
from pathlib import Path

import pytest

from healthcheck.disk import Space, check, measure
from helix.core.health import Status

MIB = 1024**2
GIB = 1024**3


@pytest.mark.parametrize(
    ("space", "status", "says"),
    [
        (Space(100 * GIB, 50 * GIB, 1000), Status.PASS, ""),
        (Space(100 * GIB, 200 * MIB, 1000), Status.WARN, "nearly full: 200.0 MiB of 100.0 GiB"),
        (Space(100 * GIB, 15 * MIB, 1000), Status.FAIL, "full: 15.0 MiB"),
        (Space(100 * GIB, 0, 1000), Status.FAIL, "full: 0 B"),
        (Space(20 * MIB, 10 * MIB, None), Status.PASS, ""),
        (Space(20 * MIB, MIB // 2, None), Status.WARN, "nearly full"),
        (Space(20 * MIB, MIB // 10, None), Status.FAIL, "full"),
        (Space(100 * GIB, 50 * GIB, 0), Status.FAIL, "no file can be made"),
        (None, Status.FAIL, "does not answer"),
    ],
)
def test_the_room_that_is_left_is_judged(space: Space | None, status: Status, says: str) -> None:
    found = check(space, 1.0)

    assert found.name == "disk:free"
    assert found.status is status
    assert says in found.output
    assert bool(found.remedy) == (status is not Status.PASS)


def test_a_directory_that_is_not_there_yet_is_measured_by_its_parent(tmp_path: Path) -> None:
    here, missing = measure(tmp_path), measure(tmp_path / "not" / "there")

    assert here is not None
    assert missing is not None
    assert here.total == missing.total > 0


def test_a_volume_that_was_lost_does_not_answer_and_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> os.stat_result:
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr(os, "stat", lost)
    monkeypatch.setattr(os, "statvfs", lost)

    assert measure(tmp_path) is None
