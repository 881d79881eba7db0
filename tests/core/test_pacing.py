"""Does the engine wait as long as it should, and no longer?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.core.pacing import Backoff, Bucket, bucket, has_settled, observe, rescan_wait

RANDOM = st.floats(0.0, 1.0, exclude_max=True)


@pytest.mark.parametrize(("failures", "full"), [(1, 1.0), (2, 2.0), (4, 8.0), (6, 10.0), (7, 10.0)])
def test_a_wait_doubles_up_to_the_ceiling(failures: int, full: float) -> None:
    backoff = Backoff(first=1.0, ceiling=10.0, tries=8)

    assert backoff.wait(failures, lambda: 0.0) == full / 2
    assert backoff.wait(failures, lambda: 0.5) == full * 0.75


def test_after_the_last_try_there_is_no_other() -> None:
    assert Backoff(tries=8).wait(8, lambda: 0.0) is None


def test_a_thousand_failures_overflow_nothing() -> None:
    assert Backoff(ceiling=60.0, tries=9_999).wait(5_000, lambda: 0.0) == 30.0


@given(RANDOM)
def test_a_rescan_comes_within_a_quarter_of_its_period(number: float) -> None:
    assert 225.0 <= rescan_wait(300.0, lambda: number) <= 375.0


def test_the_rescan_range_is_used_whole() -> None:
    assert rescan_wait(300.0, lambda: 0.0) == 225.0
    assert rescan_wait(300.0, lambda: 1.0) == 375.0


def test_a_file_that_stands_still_settles() -> None:
    seen = observe(None, 5, 1, now=10.0)
    again = observe(seen, 5, 1, now=12.0)

    assert again == seen
    assert not has_settled(again, 12.9, 3.0)
    assert has_settled(again, 13.0, 3.0)


@pytest.mark.parametrize(("size", "mtime"), [(6, 1), (5, 2)])
def test_a_file_that_moves_starts_to_wait_anew(size: int, mtime: int) -> None:
    seen = observe(observe(None, 5, 1, now=10.0), size, mtime, now=12.0)

    assert not has_settled(seen, 14.9, 3.0)
    assert has_settled(seen, 15.0, 3.0)


def test_a_clock_that_went_back_starts_the_wait_anew() -> None:
    seen = observe(observe(None, 5, 1, now=100.0), 5, 1, now=10.0)

    assert has_settled(seen, 13.0, 3.0)


def test_without_a_limit_nobody_waits() -> None:
    tokens, wait = bucket(None, 0.0).take(10**12, 0.0)

    assert wait == 0.0
    assert tokens.take(10**12, 0.0)[1] == 0.0


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    tokens, first = bucket(100.0, 0.0).take(100, 0.0)
    tokens, second = tokens.take(50, 0.0)
    tokens, third = tokens.take(50, 0.25)

    assert (first, second, third) == (0.0, 0.0, 0.25)


def test_an_idle_hour_saves_up_one_second_only() -> None:
    tokens, _ = bucket(100.0, 0.0).take(100, 0.0)
    tokens, _ = tokens.take(100, 3_600.0)

    assert tokens.take(1, 3_600.0)[1] == 0.0
    assert tokens.take(1, 3_600.0)[0].take(1, 3_600.0)[1] == pytest.approx(0.01)


def test_a_clock_that_goes_back_gives_no_tokens_twice() -> None:
    tokens, _ = bucket(100.0, 10.0).take(200, 10.0)
    back, _ = tokens.take(0, 5.0)

    assert back.take(0, 10.0)[1] == pytest.approx(1.0)


def test_the_limit_changes_while_running_and_a_debt_stays() -> None:
    tokens, _ = bucket(100.0, 0.0).take(300, 0.0)
    faster = tokens.with_rate(200.0, 0.0)

    assert faster.take(0, 0.0)[1] == pytest.approx(1.0)
    assert faster.with_rate(None, 0.0).take(10**9, 0.0)[1] == 0.0


def test_a_debt_is_not_paid_while_there_is_no_limit() -> None:
    owing, _ = bucket(100.0, 0.0).take(300, 0.0)

    again = owing.with_rate(None, 0.0).with_rate(100.0, 10.0)

    assert again.take(0, 10.0)[1] == pytest.approx(2.0)


def test_without_a_limit_nothing_is_saved_up() -> None:
    assert bucket(None, 5.0) == Bucket(None, burst=0.0, level=0.0, at=5.0)


def test_a_higher_limit_saves_up_a_second_of_its_own() -> None:
    faster = bucket(100.0, 0.0).with_rate(200.0, 0.0)
    used, _ = faster.take(200, 3_600.0)

    assert used.take(0, 3_600.0)[1] == 0.0
    assert used.take(1, 3_600.0)[0].take(0, 3_600.0)[1] == pytest.approx(0.005)


def test_a_lower_limit_keeps_no_more_than_its_own_second() -> None:
    slower, _ = bucket(200.0, 0.0).with_rate(50.0, 0.0).take(100, 0.0)

    assert slower.take(0, 0.0)[1] == pytest.approx(1.0)


def test_what_was_saved_up_under_a_limit_is_gone_with_it() -> None:
    again = bucket(100.0, 0.0).with_rate(None, 0.0).with_rate(100.0, 0.0)

    assert again.take(50, 0.0)[0].take(0, 0.0)[1] == pytest.approx(0.5)


def test_a_limit_set_later_starts_with_what_its_burst_allows() -> None:
    limited = bucket(None, 0.0).with_rate(100.0, 50.0)

    assert limited.take(50, 50.0)[0].take(0, 50.0)[1] == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0.0, 5.0)), max_size=30))
def test_no_sequence_of_sends_beats_the_limit(sends: list[tuple[int, float]]) -> None:
    tokens, now, total = bucket(100.0, 0.0), 0.0, 0
    for amount, pause in sends:
        now += pause
        tokens, wait = tokens.take(amount, now)
        now += wait
        assert total <= 100.0 + 100.0 * now + 1e-6
        total += amount
