"""`helix sync now|plan|pause|resume|limit|verify|history`: ask sync to do something, or what it did."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from helix.cli.shared import (
    EX_FINDINGS,
    EX_FINE,
    LONGEST_WAIT,
    Context,
    count_argument,
    human_age,
    path_argument,
    place,
    print_json,
    say,
    wait_argument,
)
from helix.control import Answer, Control
from helix.core import wording

GOOD_OUTCOMES = ("done", "nothing")
LOOK_SECONDS = 0.5
HELPS = {
    "now": "run a pass now and wait for its end",
    "plan": "show what the next pass would do, and why",
    "pause": "start no further pass",
    "resume": "go on after a pause",
    "limit": "change the bandwidth limit until the next start",
    "verify": "compare content on both sides in the background",
    "history": "list the last passes, or what happened to a path",
}

_PLAIN: Mapping[str, Callable[[Control], Awaitable[Answer]]] = {
    "plan": Control.plan,
    "pause": Control.pause,
    "resume": Control.resume,
    "verify": Control.verify,
}
"""The actions that take nothing but their name."""


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `sync` with its actions."""
    parser = commands.add_parser("sync", help="run, plan, pause, resume, limit, verify, or read the history")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in HELPS.items():
        action = actions.add_parser(name, help=text)
        action.add_argument("--json", action="store_true", help="print JSON")
        if name == "now":
            action.add_argument(
                "--wait", type=wait_argument, default=LONGEST_WAIT, metavar="SECONDS", help="how long to wait (3600)"
            )
        if name == "limit":
            action.add_argument("limit", help="up:down in bytes a second, such as 1M:5M, or off")
        if name == "history":
            action.add_argument("path", nargs="?", type=path_argument, default="", help="a path in the folder")
            action.add_argument("--limit", type=count_argument, default=20, help="how many entries (20)")


def run(args: argparse.Namespace, context: Context) -> int:
    """Ask, print the answer, and give 0; 1 when a pass did not go well."""
    answer = asyncio.run(_ask(args, context.control))
    if args.json:
        print_json(answer)
    else:
        for line in _lines(args, answer):
            say(line)
    if args.action == "now" and not all(run["outcome"] in GOOD_OUTCOMES for run in answer["runs"]):
        return EX_FINDINGS
    return EX_FINE


async def _ask(args: argparse.Namespace, control: Control) -> Answer:
    match args.action:
        case "now":
            return await _now(control, args)
        case "limit":
            return await control.limit(args.limit)
        case "history":
            return await control.history(path=args.path, limit=args.limit)
        case action:
            return await _PLAIN[action](control)


async def _now(control: Control, args: argparse.Namespace) -> Answer:
    """Run a pass; on a terminal a bar shows how far it is."""
    await control.status()  # a sync that hangs is known after this short question, and not after the wait
    if args.json or not sys.stdout.isatty():
        return await control.sync(wait=args.wait)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("syncing", total=None)
        asked = asyncio.create_task(control.sync(wait=args.wait))
        while not (await asyncio.wait([asked], timeout=LOOK_SECONDS))[0]:
            parts = [folder["progress"] for folder in (await control.status())["folders"] if folder["progress"]]
            total = sum(part["bytes_total"] for part in parts) or None
            bar.update(task, completed=sum(part["bytes_done"] for part in parts), total=total)
        return asked.result()


def _lines(args: argparse.Namespace, answer: Answer) -> list[str]:
    match args.action:
        case "plan":
            return [line for folder in answer["folders"] for line in _plan_lines(folder)]
        case "pause" | "resume":
            return ["paused" if answer["paused"] else "running"]
        case "limit":
            return [", ".join(f"{way}: {_rate(answer[way])}" for way in ("up", "down"))]
        case "verify":
            return ["accepted; `helix status --json` shows the result under verify"]
        case "history" if args.path:
            return _path_lines(answer)
        case action:
            none = "accepted; the pass goes on" if action == "now" else "no pass yet"
            return [_run_line(run) for run in answer["runs"]] or [none]


def _rate(limit: int | None) -> str:
    return "no limit" if limit is None else f"{wording.size(limit)}/s"


def _run_line(run: Answer) -> str:
    finished = run["finished"] or time.time()
    line = f"{_moment(run['started'])}  {run['folder']}: {run['outcome']}; {wording.done(run)}"
    line += f"; {wording.size(run['bytes'])} in {human_age(finished - run['started'])}"
    return f"{line}; {run['error']}" if run["error"] else line


def _plan_lines(folder: Answer) -> list[str]:
    if folder["error"]:
        return [f"{folder['name']}: no plan: {folder['error']['message']} → {folder['error']['remedy']}"]
    lines = [f"{folder['name']}: {folder['total']} actions, {wording.size(folder['bytes'])}"]
    if folder["guard"]:
        lines.append(f"  stopped: {folder['guard']['text']} → {folder['guard']['remedy']}")
    for action in folder["actions"]:
        target = f" → {action['to']}" if action["to"] else ""
        lines.append(f"  {action['action']:<14} {action['path']}{target}  ({action['why']})")
    if folder["total"] > len(folder["actions"]):
        lines.append(f"  … and {folder['total'] - len(folder['actions'])} more")
    told = {action["path"] for action in folder["actions"]}
    left_out = [item for item in folder["skipped"] if item["path"] not in told]
    lines += [f"  {'left out':<14} {place(item['path'])}  ({item['why']})" for item in left_out]
    if (rest := folder["skipped_count"] - len(folder["skipped"])) > 0:
        lines.append(f"  … and {rest} more are left out")
    return lines


def _path_lines(answer: Answer) -> list[str]:
    several = len({item["folder"] for item in (*answer["events"], *answer["versions"])}) > 1
    lines = []
    for event in answer["events"]:
        whose = f"{event['folder']}: " if several else ""
        lines.append(f"{_moment(event['time'])}  {whose}{event['action']}: {event['outcome']}  {event['why']}")
    for version in answer["versions"]:
        whose = f"{version['folder']}: " if several else ""
        lines.append(
            f"{whose}version {version['version']}: {wording.size(version['size'])}, {_moment(version['time'])}, "
            f"{version['side']} side, {version['reason']}"
        )
    return lines or [f"nothing is known of {answer['path']}"]


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
