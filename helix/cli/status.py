"""`helix status`: the one verdict, and the folders, in a terminal."""

import argparse
import asyncio
import time
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from helix import situation
from helix.cli.shared import EX_FINDINGS, EX_FINE, Context, console, human_age, place, print_json, say
from helix.control import Answer
from helix.core import wording
from helix.core.health import Status, Verdict
from helix.errors import Refused, Unreachable

MOST = 20
"""So many paths of a kind are listed of each folder; `--json` has a thousand."""

_STYLES = {Status.PASS: "bold green", Status.WARN: "bold yellow", Status.FAIL: "bold red"}


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `status`."""
    parser = commands.add_parser("status", help="how Helix is; exit status 1 when it is not ready")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the verdict; 0 when ready, 1 when not."""
    verdict, folders = asyncio.run(_ask(context))
    if args.json:
        print_json({**asdict(verdict), "lines": wording.lines(verdict), "folders": folders})
    else:
        _print(verdict, folders)
    return EX_FINE if verdict.ready else EX_FINDINGS


async def _ask(context: Context) -> tuple[Verdict, list[Answer]]:
    verdict = await situation.verdict(context.settings)
    try:
        status = await context.control.status()
    except (Unreachable, Refused):
        # the verdict names it already
        return verdict, []
    return verdict, list(status["folders"])


def _print(verdict: Verdict, folders: list[Answer]) -> None:
    out = console()
    out.print(Text(wording.headline(verdict), style=_STYLES[verdict.status]))
    for line in wording.lines(verdict):
        say(f"  {line}")
    if verdict.programs:
        out.print(_programs(verdict))
    if folders:
        out.print(_folders(folders))
    for line in details(folders):
        say(line)


def details(folders: list[Answer]) -> list[str]:
    """How far each pass is, what failed in the last, what a comparison found, and which paths are left out."""
    lines: list[str] = []
    for folder in folders:
        if progress := folder["progress"]:
            eta = progress["eta_seconds"]
            left = f", {human_age(eta)} left" if eta is not None else ""
            lines.append(
                f"{folder['name']}: {progress['done']} of {progress['total']} done, "
                f"{wording.size(progress['bytes_done'])} of {wording.size(progress['bytes_total'])}, "
                f"{wording.size(progress['bytes_per_second'])}/s{left}"
            )
        failed = [f"{item['path']} failed: {item['why']} → {item['remedy']}" for item in folder["failed"]]
        lines += _listed(folder["name"], failed, folder["failed_count"])
        if verify := folder["verify"]:
            found = [f"{item['path']}: {item['why']}" for item in verify["differing"]]
            lines += _listed(folder["name"], found, verify["differing_count"])
        left_out = [f"{place(item['path'])} is left out: {item['why']}" for item in folder["skipped"]]
        lines += _listed(folder["name"], left_out, folder["skipped_count"])
    return lines


def _listed(folder: str, told: list[str], total: int) -> list[str]:
    """Give the first of *told*, and how many more of the *total* there are, each with the folder's name."""
    shown = told[:MOST]
    rest = total - len(shown)
    return [f"{folder}: {line}" for line in (*shown, *([f"… and {rest} more"] if rest else []))]


def _programs(verdict: Verdict) -> Table:
    table = Table("program", "state", "pid", "for", box=None, pad_edge=False)
    for program in verdict.programs:
        age = human_age(verdict.now - program.started_at) if program.pid else "–"
        table.add_row(program.name, program.state, str(program.pid or "–"), age)
    return table


def _folders(folders: list[Answer]) -> Table:
    table = Table("folder", "state", "remote", "files", "size", "pending", "conflicts", "last success")
    table.box, table.pad_edge = None, False
    for folder in folders:
        last = folder.get("last_success")
        table.add_row(
            Text(wording.plain(folder["name"])),
            folder["state"],
            Text(wording.plain(folder["remote"])),
            str(folder["files"]["local"]),
            wording.size(folder["bytes"]["local"]),
            str(folder["pending"]),
            str(folder["conflicts"]),
            f"{human_age(time.time() - last)} ago" if last else "never",
        )
    return table
