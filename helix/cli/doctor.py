"""`helix doctor`: the start-up probes and the verdict, in a terminal; exit status 1 when anything fails.

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
from helix.cli.shared import EX_FINDINGS, EX_FINE, Context, console, print_json
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
    verdict = asyncio.run(situation.verdict(context.settings))
    if args.json:
        print_json(
            {"probes": [asdict(check) for check in probes], "verdict": asdict(verdict), "lines": wording.lines(verdict)}
        )
    else:
        _print(probes, verdict)
    failed = not verdict.ready or any(check.status is Status.FAIL for check in probes)
    return EX_FINDINGS if failed else EX_FINE


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


def _print(probes: list[Check], verdict: Verdict) -> None:
    out = console()
    for check in probes:
        out.print(Text(f"{check.name.partition(':')[2]:<14} {wording.line(check)}"))
    out.print(Text(wording.headline(verdict), style="bold"))
    for line in wording.lines(verdict):
        out.print(Text(f"  {line}"))
