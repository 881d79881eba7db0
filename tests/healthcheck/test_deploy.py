"""Do the alert rules, the dashboard and the compose file fit the metrics that there are?"""

import json
import re
import shutil
import subprocess
from pathlib import Path

from tests.core.situations import PROGRAMS
from tests.healthcheck.stage import get, playing

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCUMENTED = set(re.findall(r"`(helix_[a-z_]+)", (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")))
SUFFIXES = ("_bucket", "_count", "_sum")


def _promtool(*arguments: str) -> str:
    promtool = shutil.which("promtool")
    assert promtool is not None, "run scripts/test-tools.sh"
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _named(text: str) -> set[str]:
    names = set(re.findall(r"\b(helix_[a-z_]+)", text))
    return {next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name) for name in names}


def test_the_rules_and_the_configuration_are_valid() -> None:
    assert "SUCCESS" in _promtool("check", "rules", str(DEPLOY / "prometheus" / "rules.yml"))
    assert "SUCCESS" in _promtool("check", "config", str(DEPLOY / "prometheus" / "prometheus.yml"))


def test_every_alert_fires_for_its_fault_and_is_silent_otherwise() -> None:
    tests = (DEPLOY / "prometheus" / "rules.test.yml").read_text(encoding="utf-8")
    rules = (DEPLOY / "prometheus" / "rules.yml").read_text(encoding="utf-8")

    assert "SUCCESS" in _promtool("test", "rules", str(DEPLOY / "prometheus" / "rules.test.yml"))
    assert set(re.findall(r"- alert: (\w+)", rules)) == set(re.findall(r"alertname: (\w+)", tests))


def test_rules_and_dashboard_ask_only_for_documented_metrics() -> None:
    rules = "\n".join(re.findall(r"expr: (.*)", (DEPLOY / "prometheus" / "rules.yml").read_text(encoding="utf-8")))
    board = json.loads((DEPLOY / "grafana" / "helix.json").read_text(encoding="utf-8"))
    expressions = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]

    assert len(expressions) > 20
    assert _named(rules) | _named("\n".join(expressions)) <= DOCUMENTED


def test_the_dashboards_panels_do_not_cover_each_other() -> None:
    board = json.loads((DEPLOY / "grafana" / "helix.json").read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert place["x"] + place["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


async def test_every_metric_of_the_health_server_is_documented() -> None:
    async with playing() as stage:
        _, body = await get(stage, "/metrics")

    shown = set(re.findall(r"^# TYPE (\S+)", body.decode(), re.MULTILINE))
    assert len(shown) > 15
    assert shown <= DOCUMENTED
    assert set(re.findall(r'helix_program_up{program="(\w+)"}', body.decode())) == set(PROGRAMS)
