"""Does the log name each cause when it comes, and not each second anew?"""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from healthcheck.watch import Watch
from helix.core.health import Situation, Status
from tests.core.situations import failing, healthy, report, with_check, with_report


def _warned(output: str) -> Situation:
    return with_check(healthy(), "sync", replace(failing("sync:guard", Status.WARN), output=output))


async def _told(situations: list[Situation], caplog: pytest.LogCaptureFixture) -> list[list[str]]:
    """Let a watch look at each of *situations*; give the causes of every line that it logged."""
    coming: Iterator[Situation] = iter(situations)

    async def gather() -> Situation:
        return next(coming)

    watch = Watch(gather, lambda: None)
    with caplog.at_level(logging.INFO):
        for _ in situations:
            await watch.refresh()
    return [record.__dict__["causes"] for record in caplog.records if record.message == "verdict_changed"]


async def test_another_cause_under_the_same_check_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    told = await _told([_warned("the folder is gone"), _warned("the remote is another one")], caplog)

    assert ["gone" in told[0][0], "another" in told[1][0]] == [True, True]


async def test_a_figure_that_moves_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    told = await _told([_warned("silent for 5 s"), _warned("silent for 12 s"), _warned("silent for 13 s")], caplog)

    assert len(told) == 1


async def test_what_a_start_waits_for_is_no_error_and_whatever_else_ends_readiness_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    starting = with_report(healthy(), "sync", report("sync", state="starting"))
    broken = with_check(starting, "sync", failing("sync:remote"))

    await _told([starting, broken, healthy()], caplog)

    levels = [record.levelname for record in caplog.records if record.message == "verdict_changed"]
    assert levels == ["WARNING", "ERROR", "INFO"]
