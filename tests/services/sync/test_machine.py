"""Is a process called over only where it can be seen that it is?"""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from services.sync.holder import holder, is_past
from services.sync.machine import boot, is_over, life

_TELL = "import sys; from services.sync.machine import life; print(life(), flush=True); sys.stdin.read()"


@pytest.fixture
def other() -> "Iterator[subprocess.Popen[str]]":
    """Another process of ours, which tells its life and waits."""
    process = subprocess.Popen([sys.executable, "-c", _TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def test_a_process_is_over_once_it_has_died(other: "subprocess.Popen[str]") -> None:
    assert other.stdout is not None
    its_life = other.stdout.readline().strip()
    living = is_over(its_life), is_past(f"home@{its_life}", holder("home"))

    other.kill()
    other.wait()

    assert living == (False, False)
    assert is_over(its_life)
    assert is_past(f"home@{its_life}", holder("home"))
    assert not is_past(f"another@{its_life}", holder("home"))


def test_a_number_that_another_process_has_now_makes_nobody_live_on() -> None:
    place, _, start = life().rpartition(":")

    assert is_over(f"{place}:{int(start) - 1}")
    assert not is_over(life())


@pytest.mark.parametrize("life_elsewhere", ["", "x", "::", ":::", "boot:1:999999:1", "boot:1:nobody:1"])
def test_nobody_is_over_who_was_on_another_boot_or_bears_no_such_name(life_elsewhere: str) -> None:
    assert not is_over(life_elsewhere)


def test_a_process_of_another_container_on_this_machine_can_not_be_judged() -> None:
    family = life().split(":")[1]

    assert not is_over(f"{boot()}:{int(family) + 1}:999999999:1")
    assert is_over(f"{boot()}:{family}:999999999:1")


def test_a_life_is_one_process_and_its_name_stays() -> None:
    assert holder("home") == holder("home") == f"home@{life()}"
    assert len(life().split(":")) == 4
