"""Are people told of what changes, once, and spared the rest?"""

import random
from collections.abc import Iterable

import pytest

from helix.core.alerts import Alert, AlertLimits, Kind, Memory, decide
from helix.core.health import Check, Status

LIMITS = AlertLimits()
HUNG = Check("program:sync", Status.FAIL, "sync is hung", "wait")
SLOW = Check("program:sync", Status.WARN, "sync is slow", "wait")


def told(seen: Iterable[tuple[float, Check | None]]) -> list[Alert]:
    """Feed what was seen at which time; give all alerts."""
    memory: Memory = {}
    alerts: list[Alert] = []
    for now, check in seen:
        memory, new = decide(memory, [check] if check else [], now, LIMITS)
        alerts += new
    return alerts


def during(start: int, end: int, check: Check | None) -> list[tuple[float, Check | None]]:
    return [(float(now), check) for now in range(start, end)]


def kinds(alerts: Iterable[Alert]) -> list[Kind]:
    return [alert.kind for alert in alerts]


def test_a_failure_that_lasts_is_told_once_and_its_recovery_with_its_length() -> None:
    alerts = told(during(0, 100, HUNG) + during(100, 140, None))

    assert kinds(alerts) == [Kind.FAILURE, Kind.RECOVERY]
    assert (alerts[0].at, alerts[1].since, alerts[1].at) == (10.0, 0.0, 130.0)
    assert alerts[1].check == HUNG


def test_a_blip_that_the_warden_mends_is_not_told() -> None:
    assert told(during(0, 8, HUNG) + during(8, 700, None)) == []


def test_a_warning_that_becomes_a_failure_is_told_again() -> None:
    alerts = told(during(0, 20, SLOW) + during(20, 40, HUNG))

    assert [(alert.kind, alert.check.status) for alert in alerts] == [
        (Kind.FAILURE, Status.WARN),
        (Kind.FAILURE, Status.FAIL),
    ]


def test_a_failure_that_eases_to_a_warning_is_not_told_again() -> None:
    assert kinds(told(during(0, 20, HUNG) + during(20, 60, SLOW))) == [Kind.FAILURE]


def test_a_hundred_short_failures_are_one_alert_and_one_recovery_with_the_count() -> None:
    seen = []
    for bout in range(100):
        seen += during(bout * 10, bout * 10 + 5, HUNG) + during(bout * 10 + 5, bout * 10 + 10, None)
    seen += during(1000, 1400, None)

    alerts = told(seen)

    assert kinds(alerts) == [Kind.FLAPPING, Kind.RECOVERY]
    assert alerts[1].times == 100


def test_flapping_is_noticed_though_each_bout_was_over() -> None:
    seen = []
    for bout in range(4):
        seen += during(bout * 120, bout * 120 + 20, HUNG) + during(bout * 120 + 20, bout * 120 + 120, None)

    alerts = told(seen)

    assert kinds(alerts) == [Kind.FAILURE, Kind.RECOVERY] * 3 + [Kind.FLAPPING]
    assert (alerts[-1].since, alerts[-1].times) == (0.0, 4)


def test_a_failure_long_after_the_last_one_is_no_flapping() -> None:
    seen = []
    for day in range(6):
        seen += during(day * 2000, day * 2000 + 30, HUNG) + during(day * 2000 + 30, day * 2000 + 2000, None)

    assert kinds(told(seen)) == [Kind.FAILURE, Kind.RECOVERY] * 6


def test_two_causes_of_one_check_are_one_alert_about_the_graver() -> None:
    memory, _ = decide({}, [SLOW, HUNG, SLOW], 0.0, LIMITS)
    _, alerts = decide(memory, [HUNG, SLOW], 10.0, LIMITS)

    assert [alert.check for alert in alerts] == [HUNG]


def test_nothing_is_remembered_of_what_has_been_well_for_long() -> None:
    memory: Memory = {}
    for now, check in during(0, 20, HUNG) + during(20, 700, None):
        memory, _ = decide(memory, [check] if check else [], now, LIMITS)

    assert memory == {}


def test_a_rest_ends_exactly_after_the_time_in_which_a_check_can_flap() -> None:
    memory: Memory = {}
    rest_from = 20 + LIMITS.calm_seconds
    for now in (0.0, 19.0, 20.0, rest_from, 20 + LIMITS.flap_seconds - 0.1):
        memory, _ = decide(memory, [HUNG] if now < 20 else [], now, LIMITS)
    still = set(memory)

    memory, _ = decide(memory, [], 20 + LIMITS.flap_seconds, LIMITS)

    assert still == {HUNG.name}
    assert memory == {}


def test_an_alert_that_needs_no_confirmation_names_its_check_at_once() -> None:
    _, (alert,) = decide({}, [HUNG], 5.0, AlertLimits(confirm_seconds=0.0))

    assert alert == Alert(Kind.FAILURE, HUNG, since=5.0, at=5.0, times=1)


def test_a_trouble_that_comes_back_after_its_recovery_has_begun_anew() -> None:
    alerts = told(during(0, 20, HUNG) + during(20, 100, None) + during(100, 120, HUNG))

    assert [(alert.kind, alert.since) for alert in alerts] == [
        (Kind.FAILURE, 0.0),
        (Kind.RECOVERY, 0.0),
        (Kind.FAILURE, 100.0),
    ]


def test_flapping_is_told_with_the_latest_cause_and_the_time() -> None:
    seen = []
    for bout in range(3):
        seen += during(bout * 10, bout * 10 + 5, SLOW) + during(bout * 10 + 5, bout * 10 + 10, None)

    (alert,) = told([*seen, (30.0, HUNG)])

    assert alert == Alert(Kind.FLAPPING, HUNG, since=0.0, at=30.0, times=4)


@pytest.mark.parametrize(("apart", "kind"), [(200.0, Kind.FAILURE), (199.0, Kind.FLAPPING)])
def test_a_bout_counts_until_the_time_of_flapping_is_over(apart: float, kind: Kind) -> None:
    """The fourth begins 600 s after the first: that one counts no more."""
    seen: list[tuple[float, Check | None]] = []
    for bout in range(4):
        begin = bout * apart
        seen += [(begin, HUNG), (begin + 11, HUNG), (begin + 12, None), (begin + 50, None)]

    assert kinds(told(seen))[-2 if kind is Kind.FAILURE else -1] is kind


@pytest.mark.parametrize(("apart", "rests"), [(20.0, False), (250.0, True)], ids=["in one trouble", "after recoveries"])
def test_what_is_remembered_of_a_check_that_breaks_for_ever_stays_small(apart: float, rests: bool) -> None:
    memory: Memory = {}
    for bout in range(100):
        for after, causes in ((0.0, [HUNG]), (5.0, []), (apart - 1.0, [])):
            memory, _ = decide(memory, causes, bout * apart + after, LIMITS)

    trouble = memory[HUNG.name]
    assert (len(trouble.broke), trouble.resting) == (16, rests)


def test_several_checks_are_told_each_for_itself() -> None:
    other = Check("disk:free", Status.FAIL, "the disk is full", "free some space")
    memory, _ = decide({}, [HUNG, other], 0.0, LIMITS)

    memory, alerts = decide(memory, [other], 10.0, LIMITS)

    assert [alert.check for alert in alerts] == [other]
    assert set(memory) == {HUNG.name, other.name}


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_each_recovery_follows_an_alert_and_calm_ends_told_troubles(seed: int) -> None:
    rng = random.Random(seed)
    print(f"seed {seed}")
    seen: list[tuple[float, Check | None]] = []
    now = 0
    for _ in range(rng.randint(1, 40)):
        length = rng.choice((1, 3, 12, 40, 200, 700))
        seen += during(now, now + length, rng.choice((None, HUNG, SLOW)))
        now += length

    alerts = told(seen + during(now, now + 1000, None))

    open_bouts = 0
    for alert in alerts:
        if alert.kind is Kind.RECOVERY:
            assert open_bouts > 0
            open_bouts = 0
        else:
            open_bouts += 1
            assert open_bouts <= 3
    assert open_bouts == 0
