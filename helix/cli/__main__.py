"""What does the `helix` command offer, and which exit status does it leave?

0 fine · 1 findings, or not healthy · 2 wrong usage, or it can't be told · 78 wrong settings.
130 interrupted · 141 nobody reads the answer any more. Answers go to standard output, complaints to standard error.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from helix import release, settings
from helix.aside import Aside
from helix.cli import conflicts, doctor, image, restore, status, sync, up
from helix.cli.shared import EX_CANT_TELL, Context
from helix.core import wording
from helix.errors import EX_CONFIG, HelixError, Misconfigured

EX_INTERRUPTED, EX_NOT_READ = 130, 141
"""What a shell gives for a process that SIGINT or SIGPIPE ended."""

SUBCOMMANDS = {
    "up": up,
    "doctor": doctor,
    "status": status,
    "sync": sync,
    "conflicts": conflicts,
    "restore": restore,
}
"""The subcommands that need settings; `image` works on any repository and needs none."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line *argv* (default: the process's) and give the exit status."""
    try:
        exit_status = _main(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # what is left in the buffer goes nowhere, or the interpreter complains of it at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EX_NOT_READ
    return exit_status


def _main(argv: Sequence[str] | None) -> int:
    args = parser().parse_args(argv)
    if args.command == "image":
        return image.run(args)
    try:
        config = asyncio.run(Aside().do(lambda: settings.from_env(os.environ, cwd=Path.cwd())))
        exit_status: int = SUBCOMMANDS[args.command].run(args, Context(config, os.environ))
    except Misconfigured as error:
        _complain_of_settings(error)
        return EX_CONFIG
    except HelixError as error:
        print(wording.plain(f"helix {args.command}: {error}"), file=sys.stderr)
        return EX_CANT_TELL
    except KeyboardInterrupt:
        return EX_INTERRUPTED
    return exit_status


def parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command."""
    top = argparse.ArgumentParser(prog="helix", description="Keeps a community's files safe, and says how it is.")
    current = release.current()
    top.add_argument("--version", action="version", version=f"helix {current.version} ({current.commit[:12]})")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for subcommand in SUBCOMMANDS.values():
        subcommand.add_parser(commands)
    image.add_parser(commands)
    return top


def _complain_of_settings(error: Misconfigured) -> None:
    count = len(error.problems)
    print(f"helix: {count} setting{'s are' if count > 1 else ' is'} wrong:", file=sys.stderr)
    for problem in error.problems:
        print(f"  {problem}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
