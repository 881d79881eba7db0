"""Is a program judged by what it said when it was looked at, however long the look at the others takes?"""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from helix import endnote, situation
from helix.aside import Aside
from helix.board import Board
from helix.core.health import ProgramState, Report
from helix.core.judge import judge
from helix.settings import from_env


class Clock:
    """The time of day, as the test puts it ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead


class SlowSupervisor:
    """A supervisord that answers only after so many seconds, for instance because we were stopped meanwhile."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds

    async def programs(self) -> Mapping[str, ProgramState]:
        self._clock.ahead += self._seconds
        return {"sync": ProgramState("sync", "RUNNING", 7, 0.0, 0)}


@pytest.mark.parametrize(("silent", "waited", "hung"), [(0.0, 20.0, False), (20.0, 0.0, True)])
async def test_only_a_program_s_own_silence_makes_it_hung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: float, waited: float, hung: bool
) -> None:
    settings = from_env({"HELIX_HOME": str(tmp_path)}, cwd=tmp_path)
    settings.run_dir.mkdir()
    Board(settings.run_dir).post(Report("sync", 7, "1.0", "abc", "writer", 1.0, time.time()))
    clock = Clock()
    clock.ahead = silent
    monkeypatch.setattr(situation, "time", clock)

    seen = await situation.gather(settings, SlowSupervisor(clock, waited), Aside())  # type: ignore[arg-type]

    causes = [check.output for check in judge(seen).causes]
    assert any(cause.startswith("sync is hung") for cause in causes) is hung


async def test_how_the_last_run_ended_is_told_while_nothing_runs(tmp_path: Path) -> None:
    settings = from_env({"HELIX_HOME": str(tmp_path)}, cwd=tmp_path)
    settings.run_dir.mkdir()
    endnote.write(settings.run_dir, endnote.ExitNote(70, "sync can't be kept up", "look at the log"))

    (cause,) = (await situation.verdict(settings)).causes

    assert cause.output.endswith("it ended with exit status 70: sync can't be kept up")
    assert cause.remedy == "look at the log, then start Helix with `helix up`"
