"""Do all outlets name the same causes and remedies, in each of the hundred situations?

The outlets: the body of `/health`, the dashboard's overview, the log, the bot's `status` and `doctor`, and on the
command line `helix status` and `helix doctor`.
"""

import argparse
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from healthcheck import overview
from healthcheck.bodies import Writer
from healthcheck.redaction import Redaction
from healthcheck.watch import Watch
from helix import situation as situations
from helix.cli import doctor, status
from helix.cli.shared import Context
from helix.core.health import Check, Situation, Verdict
from helix.core.judge import judge
from helix.core.wording import causes
from helix.release import Release
from helix.settings import from_env
from services.bot.replies import health as replies
from tests.core.test_judge_situations import CASES

WRITER = Writer(Release("1.0", "abc"), Redaction({}))


@dataclass(frozen=True, slots=True)
class Terminal:
    """Runs a command of the command line on a verdict, and gives what it prints."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    context: Context

    def __call__(self, run: Callable[[argparse.Namespace, Context], int], verdict: Verdict) -> str:
        async def judged(*_: object) -> Verdict:
            return verdict

        self.monkeypatch.setattr(situations, "verdict", judged)
        assert run(argparse.Namespace(json=False), self.context) == (0 if verdict.ready else 1)
        return self.capsys.readouterr().out


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    def no_probes(_: Context) -> list[Check]:
        return []

    # the probes are the health server's own: here it is the verdict that counts
    monkeypatch.setattr(doctor, "_probe", no_probes)
    env = {"HELIX_HOME": str(tmp_path)}
    return Terminal(monkeypatch, capsys, Context(from_env(env, cwd=tmp_path), env))


@pytest.mark.parametrize("situation", [case[1] for case in CASES], ids=[case[0] for case in CASES])
async def test_every_web_outlet_names_the_same(situation: Situation, caplog: pytest.LogCaptureFixture) -> None:
    verdict = judge(situation)

    body = json.loads(WRITER.health(verdict, detailed=False))
    entries = [(entry.get("output"), entry.get("remedy")) for told in body["checks"].values() for entry in told]
    shown = [(cause["output"], cause["remedy"]) for cause in overview.told(verdict)]
    logged = await _logged(situation, caplog)
    bot = replies.status(verdict, "1.0", "abc", None).text, replies.doctor(verdict, ()).text

    assert shown
    assert set(shown) <= set(entries)
    for cause, remedy in shown:
        for outlet in (logged, *bot):
            assert f"{cause} → {remedy}" in outlet


@pytest.mark.parametrize("situation", [case[1] for case in CASES[::4]], ids=[case[0] for case in CASES[::4]])
def test_every_command_names_the_same(situation: Situation, terminal: Terminal) -> None:
    verdict = judge(situation)

    printed = [terminal(command.run, verdict) for command in (status, doctor)]

    for check in causes(verdict):
        assert all(f"{check.output} → {check.remedy}" in text for text in printed)


async def _logged(situation: Situation, caplog: pytest.LogCaptureFixture) -> str:
    async def gather() -> Situation:
        return situation

    with caplog.at_level(logging.INFO, logger="healthcheck.watch"):
        await Watch(gather, lambda: None).refresh()
    (record,) = [record for record in caplog.records if record.message == "verdict_changed"]
    return "\n".join(record.__dict__["causes"])
