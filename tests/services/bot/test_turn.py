"""Does one container answer, and does a dead sync not silence the bot?"""

import pytest

from helix.core.health import Report, Unreadable
from services.bot import turn

NOW = 1000.0


def sync(state: str, *, started: float = NOW - 100, posted: float = NOW - 1, elsewhere: bool = False) -> Report:
    return Report("sync", 1, "0", "0", state, started, posted, facts={"writer_elsewhere": elsewhere})


@pytest.mark.parametrize(
    ("report", "ours"),
    [
        (None, True),
        (Unreadable("sync", "torn"), True),
        (sync("standby", posted=NOW - 60, elsewhere=True), True),
        (sync("standby", elsewhere=True), False),
        (sync("standby"), True),
        (sync("standby", started=NOW - 5), False),
        (sync("starting", elsewhere=True), False),
        (sync("starting", started=NOW - 5), False),
        (sync("starting", started=NOW - 30), True),
        (sync("writer"), True),
        (sync("stopping"), True),
    ],
)
def test_the_gateway_is_the_writers_unless_sync_is_dead_or_stuck(report: Report | None, ours: bool) -> None:
    assert turn.is_ours(report, NOW, born=NOW - 100) is ours


def test_a_sync_that_has_not_spoken_yet_is_waited_for() -> None:
    assert not turn.is_ours(None, NOW, born=NOW - 5)
    assert turn.is_ours(None, NOW, born=NOW - 25)
