"""Are the causes of a verdict told once, plainly and in order?"""

from dataclasses import replace

import pytest

from helix.core.health import Check, Status
from helix.core.judge import judge
from helix.core.wording import headline, line, lines, plain, size
from tests.core.situations import failing, healthy, report, with_check, with_report


def test_a_healthy_helix_has_a_headline_and_no_lines() -> None:
    verdict = judge(healthy())

    assert headline(verdict) == "Helix is ready, keeping the files"
    assert lines(verdict) == []


def test_a_line_holds_the_cause_and_the_remedy() -> None:
    assert line(Check("disk:free", Status.FAIL, "the disk is full", "free some space")) == (
        "FAIL the disk is full → free some space"
    )


def test_a_check_without_words_is_told_by_its_name() -> None:
    assert line(Check("disk:free", Status.WARN)) == "WARN disk:free"


def test_one_cause_found_twice_is_told_once() -> None:
    check = failing("sync:remote", Status.WARN)
    verdict = judge(with_check(with_check(healthy(), "sync", check), "bot", replace(check, name="bot:remote")))

    assert lines(verdict) == ["WARN cause of sync:remote → remedy of sync:remote"]
    assert headline(verdict) == "Helix is ready, keeping the files, with 1 warning"


def test_several_causes_are_counted() -> None:
    verdict = judge(with_check(with_check(healthy(), "sync", failing("sync:a")), "sync", failing("sync:b")))

    assert headline(verdict) == "Helix is not ready: 2 causes"


def test_a_name_can_do_nothing_to_a_terminal() -> None:
    assert plain("é 文 \x1b[2J\n\u202egpj.exe") == "é 文 ?[2J ?gpj.exe"


def test_standby_is_explained() -> None:
    verdict = judge(with_report(healthy(), "sync", report("sync", state="standby")))

    assert headline(verdict) == "Helix is ready, on standby: it does not write to the remote"


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (-2048, "-2.0 KiB"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1 << 20, "1.0 MiB"),
        (3 << 30, "3.0 GiB"),
        (1 << 40, "1.0 TiB"),
        (5 << 50, "5120.0 TiB"),
    ],
)
def test_a_number_of_bytes_is_told_in_the_largest_unit_that_fits(count: int, shown: str) -> None:
    assert size(count) == shown
