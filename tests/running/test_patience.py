"""Does a deadline end a hang, and leave a busy machine its time?"""

import os
import time

import pytest

from tests.running.patience import CORES, Patience


class Machine:
    """A clock, and a load that the test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.programs = 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(os, "getloadavg", lambda: (self.programs, 0.0, 0.0))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_on_a_machine_of_our_own_a_second_is_a_second(machine: Machine) -> None:
    patience = Patience(10)
    machine.now += 9.9
    before = patience.ended
    machine.now += 0.2

    assert (before, patience.ended) == (False, True)


def test_while_three_programs_want_each_core_it_lasts_three_times_as_long(machine: Machine) -> None:
    machine.programs = 3.0 * CORES
    patience = Patience(10)
    machine.now += 29.9
    before = patience.ended
    machine.now += 0.2

    assert (before, patience.ended) == (False, True)


def test_what_was_waited_in_quiet_is_not_given_back_by_a_crowd(machine: Machine) -> None:
    patience = Patience(10)
    machine.now += 9.0
    quiet = patience.ended
    machine.programs = 2.0 * CORES
    machine.now += 2.1

    assert (quiet, patience.ended) == (False, True)
