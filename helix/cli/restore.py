"""`helix restore PATH [--version V] [--to PATH] [--folder NAME]`: bring a deleted or overwritten file back."""

import argparse
import asyncio
from typing import Any

from helix.cli.shared import EX_FINE, Context, path_argument, say
from helix.core import wording


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `restore`."""
    parser = commands.add_parser("restore", help="bring a deleted or overwritten file back")
    parser.add_argument("path", type=path_argument, help="the path in the folder")
    parser.add_argument("--version", help="which version (default: the newest); `helix sync history PATH` lists them")
    parser.add_argument("--to", type=path_argument, metavar="PATH", help="where to put it (default: its own place)")
    parser.add_argument("--folder", metavar="NAME", help="the folder's name, where several keep the path")


def run(args: argparse.Namespace, context: Context) -> int:
    """Restore and say what came back."""
    answer = asyncio.run(context.control.restore(args.path, version=args.version, to=args.to, folder=args.folder))
    told = f"{answer['path']} is back: {wording.size(answer['size'])}, version {answer['version']}"
    say(told)
    return EX_FINE
