"""Does a wrong clock never make a kept thing look older than it is, and a right one make it go in the end?"""

import os
import random

import pytest

from helix.core.ages import STOP_SECONDS, Age, Reading, advance, begin

HOUR, DAY = 3600.0, 86_400.0
KEEP = 30 * DAY
START = Reading(1_800_000_000.0, 5_000.0, "boot one")
SEED = int(os.environ.get("HELIX_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


def later(read: Reading, passed: float, jump: float = 0.0) -> Reading:
    """The same machine after so many seconds, its clock set by `jump`."""
    return Reading(read.clock + passed + jump, read.counter + passed, read.boot)


def restarted(read: Reading, passed: float) -> Reading:
    """The machine was off, or the container is on another one."""
    return Reading(read.clock + passed, 30.0, "boot two")


def hours(age: Age, count: int) -> Age:
    for _ in range(count):
        age = advance(age, later(age.read, HOUR), KEEP)
    return age


def test_a_steady_clock_is_believed() -> None:
    age = hours(begin(START, None), 100)

    assert age.sure == START.clock + 100 * HOUR


@pytest.mark.parametrize("jump", [61.0, 31 * DAY, 60 * 365 * DAY])
def test_a_clock_that_is_set_ahead_while_helix_runs_is_not_followed(jump: float) -> None:
    age = advance(begin(START, None), later(START, HOUR, jump), KEEP)

    assert age.sure == START.clock + HOUR
    assert hours(age, 24).sure == START.clock + 25 * HOUR


def test_the_time_services_small_steps_are_followed() -> None:
    age = advance(begin(START, None), later(START, HOUR, 60.0), KEEP)

    assert age.sure == START.clock + HOUR + 60.0
    assert age.steady == HOUR


def test_a_stop_of_a_day_is_believed_and_of_a_longer_one_only_that_day() -> None:
    assert advance(begin(START, None), restarted(START, DAY), KEEP).sure == START.clock + DAY
    assert advance(begin(START, None), restarted(START, 40 * DAY), KEEP).sure == START.clock + DAY


def test_a_program_that_was_stopped_while_its_machine_ran_needs_no_belief() -> None:
    age = advance(begin(START, None), later(START, 40 * DAY), KEEP)

    assert age.sure == START.clock + 40 * DAY


def test_a_counter_that_went_back_is_another_machines() -> None:
    # a machine that was put back to a snapshot bears the name of the old boot
    age = advance(begin(START, None), Reading(START.clock + 40 * DAY, START.counter - 1, START.boot), KEEP)

    assert age.sure == START.clock + DAY


def test_after_a_jump_the_clock_is_believed_again_once_everything_has_had_its_time() -> None:
    age = advance(begin(START, None), later(START, HOUR, 40 * DAY), KEEP)

    nearly = hours(age, 30 * 24 - 1)
    at_last = hours(nearly, 1)

    assert nearly.sure == nearly.read.clock - 40 * DAY
    assert at_last.sure == at_last.read.clock


@pytest.mark.parametrize("counted", [0.0, 0.5])
def test_a_jump_between_two_readings_of_one_moment_is_not_followed(counted: float) -> None:
    age = advance(begin(START, None), later(START, counted, 100.0), KEEP)

    assert age.sure == START.clock + counted


def test_a_clock_that_is_set_back_while_nobody_counts_moves_the_sure_time_not_at_all() -> None:
    ahead = advance(begin(START, None), later(START, HOUR, 40 * DAY), KEEP)

    age = advance(ahead, restarted(ahead.read, -HOUR), KEEP)

    assert age.sure == ahead.sure


def test_a_second_jump_adds_to_the_first_and_begins_the_wait_anew() -> None:
    age = hours(advance(begin(START, None), later(START, HOUR, 40 * DAY), KEEP), 29 * 24)

    age = hours(advance(age, later(age.read, HOUR, 5 * DAY), KEEP), 29 * 24)

    assert age.sure == age.read.clock - 45 * DAY


def test_stops_do_not_count_as_time_in_which_things_were_kept() -> None:
    age = advance(begin(START, None), later(START, HOUR, 40 * DAY), KEEP)
    for boot in range(60):
        age = advance(age, Reading(age.read.clock + DAY, 30.0, f"boot {boot}"), KEEP)

    assert age.steady == 0.0
    assert age.sure == age.read.clock - 40 * DAY


def test_a_clock_that_is_set_right_again_is_believed_at_once() -> None:
    ahead = advance(begin(START, None), later(START, HOUR, 40 * DAY), KEEP)

    age = advance(ahead, later(ahead.read, HOUR, -40 * DAY), KEEP)

    assert (age.ahead, age.sure) == (0.0, START.clock + 2 * HOUR)


def test_the_sure_time_is_never_later_than_the_clock() -> None:
    age = advance(begin(START, None), later(START, HOUR, -300 * DAY), KEEP)

    assert age.sure == age.read.clock == START.clock + HOUR - 300 * DAY


def test_a_machine_without_a_clock_of_its_own_begins_in_1970_and_loses_nothing_when_it_learns_the_time() -> None:
    age = begin(Reading(100.0, 10.0, "boot one"), None)

    age = advance(age, later(age.read, 20.0, START.clock), KEEP)

    assert age.sure == 120.0
    assert hours(age, 30 * 24).sure > START.clock


def test_without_a_journal_the_newest_thing_that_was_kept_tells_the_time() -> None:
    assert begin(START, START.clock - HOUR).sure == START.clock
    assert begin(START, START.clock - STOP_SECONDS - 5 * DAY).sure == START.clock - 5 * DAY
    assert begin(START, START.clock + 5 * DAY).sure == START.clock


def test_in_no_history_of_clocks_is_the_sure_time_later_than_the_truth() -> None:
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(300):
        truth, counter, boot = START.clock, 0.0, 0
        age = begin(Reading(truth, counter, "0"), None)
        for _ in range(60):
            passed, jump = rng.uniform(0, 2 * DAY), rng.choice((0.0, 0.0, 70.0, 31 * DAY, 400 * DAY, -31 * DAY))
            truth, counter = truth + passed, counter + passed
            wrong = age.read.clock + passed + jump
            if rng.random() < 0.2:
                # unwatched: as long as it took at least a day, a stop is never counted for more than it was
                truth, wrong, counter, boot = truth + DAY, wrong + DAY, 0.0, boot + 1
            age = advance(age, Reading(wrong, counter, str(boot)), keep=float("inf"))

            assert age.sure <= truth + 1e-3, f"seed {SEED}"
