"""Does the check `bot:gateway` fail only while the token is undecided, and warn in every outage?"""

from helix.core.health import Status
from services.bot.link import Link, Phase
from services.bot.metrics import Metrics


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_start_fails_until_discord_has_decided_and_warns_when_it_never_does() -> None:
    clock = Clock()
    link = Link(clock)

    first = link.check()
    clock.now = 31.0
    later = link.check()

    assert (first.status, later.status) == (Status.FAIL, Status.WARN)
    assert first.remedy and later.remedy


def test_an_outage_is_a_warning_with_its_cause_and_length() -> None:
    clock = Clock()
    link = Link(clock)
    link.down("Discord is not reachable (ClientConnectorError)")
    clock.now = 90.0

    check = link.check()

    assert check.status is Status.WARN
    assert check.output == (
        "the bot has no connection to Discord since 90 s: Discord is not reachable (ClientConnectorError)"
    )


def test_a_late_heartbeat_answer_is_a_warning_before_the_library_gives_up() -> None:
    clock = Clock()
    link = Link(clock)
    link.hello(41.25)
    link.up()

    clock.now = 51.0
    in_time = link.check()
    clock.now = 51.5
    late = link.check()
    link.acked()

    assert [check.status for check in (in_time, late, link.check())] == [Status.PASS, Status.WARN, Status.PASS]
    assert late.observed_value == 51.5


def test_the_age_of_an_answer_is_unknown_without_a_connection() -> None:
    link = Link(Clock())
    link.up()
    link.down("gone")

    assert link.ack_age_seconds is None
    assert link.check().observed_value is None


def test_sessions_are_counted_within_a_window() -> None:
    clock = Clock()
    link = Link(clock)
    for now in (0.0, 10.0, 100.0):
        clock.now = now
        link.identified()

    assert (link.identifies, link.identifies_within(95.0)) == (3, 2)


def test_waiting_for_our_turn_and_stopping_are_no_trouble() -> None:
    link = Link(Clock())
    link.parked()
    waiting = link.check().status
    link.stopping()

    assert (waiting, link.check().status, link.phase) == (Status.PASS, Status.PASS, Phase.STOPPING)


def test_an_age_that_nobody_knows_is_nan_and_its_name_is_there() -> None:
    assert "helix_bot_ack_age_seconds NaN\n" in Metrics(Link(), lambda: 0.0).text()
