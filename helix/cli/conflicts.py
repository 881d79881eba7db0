"""`helix conflicts [resolve PATH --keep local|remote|both]`: what waits for a person, and their decision."""

import argparse
import asyncio
from typing import Any

from helix.cli.shared import EX_FINDINGS, EX_FINE, Context, path_argument, print_json, say
from helix.control import Answer


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `conflicts` with its two decisions."""
    parser = commands.add_parser("conflicts", help="list what waits for a person; exit status 1 when something does")
    parser.add_argument("--json", action="store_true", help="print JSON")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    resolve = actions.add_parser("resolve", help="decide a conflict between two versions of a file")
    resolve.add_argument("path", type=path_argument, help="the path in the folder")
    resolve.add_argument("--keep", choices=("local", "remote", "both"), required=True, help="which version stays")
    resolve.add_argument("--folder", help="the folder's name, where there are several")
    decide = actions.add_parser("decide", help="answer a guard rail that stopped a folder")
    decide.add_argument("folder", help="the folder's name")
    decide.add_argument(
        "decision", choices=("proceed", "rescan"), help="proceed: do it, once; rescan: look again, delete nothing"
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """List, or pass the decision on."""
    control = context.control
    match args.action:
        case "resolve":
            answer = asyncio.run(control.resolve(args.path, args.keep, folder=args.folder))
            told = [f"{answer['path']}: kept {answer['kept']}"]
        case "decide":
            answer = asyncio.run(control.decide(args.folder, args.decision))
            told = [f"{answer['folder']}: {answer['decision']}"]
        case _:
            answer = asyncio.run(control.conflicts())
            told = _lines(answer)
    if args.json:
        print_json(answer)
    else:
        for line in told:
            say(line)
    waiting = args.action is None and (answer["conflicts"] or answer["guards"])
    return EX_FINDINGS if waiting else EX_FINE


def _lines(answer: Answer) -> list[str]:
    lines = [f"{guard['folder']}: {guard['text']} → {guard['remedy']}" for guard in answer["guards"]]
    lines += [f"{item['folder']}: {item['path']} has a second version, {item['copy']}" for item in answer["conflicts"]]
    return lines or ["nothing waits for you"]
