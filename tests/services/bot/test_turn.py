"""Does one container answer, and does a dead sync not silence the bot?"""

import pytest

from helix.core.health import Report, Unreadable
from services.bot import turn

NOW = 1000.0


def sync(state: str, *, started: float = NOW - 100, posted: float = NOW - 1) -> Report:
    return Report("sync", 1, "0", "0", state, started, posted)


@pytest.mark.parametrize(
    ("report", "ours"),
    [
        (None, True),
        (Unreadable("sync", "torn"), True),
        (sync("standby", posted=NOW - 60), True),
        (sync("standby"), False),
        (sync("starting", started=NOW - 5), False),
        (sync("starting", started=NOW - 30), True),
        (sync("writer"), True),
        (sync("stopping"), True),
    ],
)
def test_the_gateway_is_the_writers_unless_sync_is_dead_or_stuck(report: Report | None, ours: bool) -> None:
    assert turn.is_ours(report, NOW) is ours
