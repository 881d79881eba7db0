"""`helix doctor`: the start-up probes, a round trip on each remote and the verdict, in a terminal.

Exit status 1 when anything fails. The round trip is sync's own, as `!testmega` shows it; without sync there is none.

The probes belong to the health server, which `helix` may not import, so they run as a program of their own:
`python -m healthcheck.doctor` prints the checks as a JSON list.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from rich.text import Text

from helix import release, report, situation
from helix.cli.shared import EX_FINDINGS, EX_FINE, Context, console, print_json, say
from helix.control import Control
from helix.core import wording
from helix.core.health import Check, Status, Verdict
from helix.errors import HelixError

TIMEOUT_SECONDS = 120


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `doctor`."""
    parser = commands.add_parser("doctor", help="run the start-up probes here, and say what is wrong and what to do")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, context: Context) -> int:
    """Probe, judge, print; 0 when all is well, 1 when something fails."""
    probes = _probe(context)
    trips = asyncio.run(_round_trips(context.control))
    verdict = asyncio.run(situation.verdict(context.settings))
    if args.json:
        print_json(
            {
                "probes": [asdict(check) for check in probes],
                "remotes": trips,
                "verdict": asdict(verdict),
                "lines": wording.lines(verdict),
            }
        )
    else:
        _print(probes, trips, verdict)
    failed = any(check.status is Status.FAIL for check in probes) or not all(trip["ok"] for trip in trips)
    return EX_FINDINGS if failed or not verdict.ready else EX_FINE


async def _round_trips(control: Control) -> list[dict[str, Any]]:
    """What sync finds on each remote; nothing if sync does not answer, which the verdict tells."""
    try:
        # a sync that hangs is known after this short question
        await control.status()
        answer = await control.selftest()
    except HelixError:
        return []
    return list(answer["remotes"])


def _probe(context: Context) -> list[Check]:
    """Run the probes with the environment that the programs would have."""
    command = [sys.executable, "-m", "healthcheck.doctor"]
    environment = {**context.env, "HELIX_CWD": context.env.get("HELIX_CWD") or os.getcwd()}
    try:
        done = subprocess.run(
            command, cwd=release.ROOT, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=True
        )
        return [report.decode_check(item) for item in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        stderr = getattr(error, "stderr", None) or b""
        last = stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise HelixError(
            f"the probes can't be run: {' '.join(last) or error}", remedy="deploy this release again"
        ) from None


def _print(probes: list[Check], trips: list[dict[str, Any]], verdict: Verdict) -> None:
    for check in probes:
        say(f"{check.name.partition(':')[2]:<14} {wording.line(check)}")
    for trip in trips:
        say(f"{'remote':<14} {_told(trip)}")
    console().print(Text(wording.headline(verdict), style="bold"))
    for line in wording.lines(verdict):
        say(f"  {line}")


def _told(trip: dict[str, Any]) -> str:
    """One remote's round trip, or the step that failed and what to do."""
    failed = next((step for step in trip["steps"] if not step["ok"]), None)
    if failed is None:
        return f"{trip['remote']}: round trip OK in {trip['seconds']:.1f} s"
    return f"{trip['remote']}: failed at {failed['step']}: {failed['output']} → {failed['remedy']}"
