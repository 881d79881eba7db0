"""Is a program restarted, left down or given up, as the table in helix/core/restarts.py says?"""

import pytest

from helix.core.restarts import EX_CONFIG, EX_SOFTWARE, Exit, GiveUp, LeaveDown, Patience, Restart, decide, describe

PATIENCE = Patience()


def ends(count: int, *, lived: float, every: float = 1.0, status: int = 1) -> list[Exit]:
    """Give *count* ends, *every* seconds one."""
    return [
        Exit(at=1000.0 + number * every, lived_seconds=lived, status=status, reason="error") for number in range(count)
    ]


@pytest.mark.parametrize("essential", [True, False])
def test_the_first_end_is_followed_by_a_restart_at_once(essential: bool) -> None:
    assert decide("sync", ends(1, lived=500.0), essential=essential) == Restart(0.0)


def test_the_delay_doubles_and_stays_below_its_longest() -> None:
    delays = [decide("bot", ends(count, lived=20.0), essential=False) for count in (2, 3, 4, 5, 50)]

    assert delays == [Restart(0.5), Restart(1.0), Restart(2.0), Restart(4.0), Restart(60.0)]


def test_an_essential_program_that_dies_at_its_start_is_given_up() -> None:
    decision = decide("sync", ends(PATIENCE.early_limit, lived=0.1), essential=True)

    assert isinstance(decision, GiveUp)
    assert decision.status == EX_SOFTWARE
    assert "sync" in decision.cause
    assert decision.remedy


@pytest.mark.parametrize(
    ("lived", "reason", "how"), [(0.1, "early", "an end right after its start"), (30.0, "error", "exit status 1")]
)
def test_who_said_why_it_ended_is_given_up_with_its_own_words(lived: float, reason: str, how: str) -> None:
    """On a busy machine it takes its time to say so."""
    said = [
        Exit(1000.0 + 31 * at, lived, 1, reason, "the port is taken", "set PORT") for at in range(PATIENCE.early_limit)
    ]
    decision = decide("health", said, essential=True)

    assert isinstance(decision, GiveUp)
    assert decision.status == EX_SOFTWARE
    assert decision.cause.endswith(f"{how}: the port is taken")
    assert decision.remedy == "set PORT"


def test_one_end_fewer_is_not_yet_given_up() -> None:
    assert isinstance(decide("sync", ends(PATIENCE.early_limit - 1, lived=0.1), essential=True), Restart)


def test_a_long_life_between_early_ends_starts_the_count_anew() -> None:
    story = [*ends(4, lived=0.1), Exit(1010.0, 60.0, 1, "error"), Exit(1011.0, 0.1, 1, "error")]

    assert isinstance(decide("sync", story, essential=True), Restart)


def test_an_essential_program_that_keeps_ending_after_its_start_is_given_up() -> None:
    assert isinstance(decide("sync", ends(PATIENCE.window_limit, lived=30.0, every=31.0), essential=True), GiveUp)


def test_ends_outside_the_window_are_forgotten() -> None:
    assert decide("sync", ends(50, lived=700.0, every=701.0), essential=True) == Restart(0.0)


def test_another_program_is_restarted_for_ever() -> None:
    assert isinstance(decide("bot", ends(100, lived=0.1), essential=False), Restart)


def test_wrong_settings_end_the_container_when_the_program_is_essential() -> None:
    decision = decide("bot", ends(1, lived=1.0, status=EX_CONFIG), essential=True)

    assert isinstance(decision, GiveUp)
    assert decision.status == EX_CONFIG


def test_wrong_settings_leave_another_program_down() -> None:
    assert isinstance(decide("bot", ends(1, lived=1.0, status=EX_CONFIG), essential=False), LeaveDown)


@pytest.mark.parametrize("essential", [True, False])
def test_a_program_that_names_the_wrong_setting_is_quoted(essential: bool) -> None:
    last = Exit(1000.0, 1.0, EX_CONFIG, "config", "PORT is no number", "correct PORT")

    decision = decide("bot", [last], essential=essential)

    assert isinstance(decision, GiveUp | LeaveDown)
    assert (decision.cause, decision.remedy) == ("PORT is no number", "correct PORT")


@pytest.mark.parametrize("essential", [True, False])
def test_a_program_without_last_words_is_named_and_its_log_is_the_remedy(essential: bool) -> None:
    decision = decide("bot", ends(1, lived=1.0, status=EX_CONFIG), essential=essential)

    assert isinstance(decision, GiveUp | LeaveDown)
    assert decision.cause == "bot refuses its settings (exit status 78)"
    assert "the last lines of bot in the log" in decision.remedy


@pytest.mark.parametrize(("late", "decision"), [(0.0, Restart(0.5)), (0.1, Restart(0.0))])
def test_an_end_counts_to_the_very_end_of_its_window(late: float, decision: Restart) -> None:
    first, last = Exit(0.0, 500.0, 1, "error"), Exit(PATIENCE.window_seconds + late, 500.0, 1, "error")

    assert decide("sync", [first, last], essential=True) == decision


@pytest.mark.parametrize(("longer", "decision"), [(0.0, GiveUp), (0.1, Restart)])
def test_an_end_is_early_up_to_and_at_its_limit(longer: float, decision: type) -> None:
    lived = PATIENCE.early_seconds + longer

    assert isinstance(decide("sync", ends(PATIENCE.early_limit, lived=lived), essential=True), decision)


@pytest.mark.parametrize(
    ("reason", "told"),
    [("signal", "a signal"), ("hang", "a hang"), ("early", "an end right after its start"), ("error", "exit status 3")],
)
def test_an_end_is_described_in_words(reason: str, told: str) -> None:
    assert describe(Exit(0.0, 1.0, 3, reason)) == told
