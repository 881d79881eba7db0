"""`helix up`: start everything and stay until told to stop."""

import argparse
from typing import Any

from helix import launch, logs
from helix.cli.shared import Context


def add_parser(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `up`."""
    commands.add_parser("up", help="start supervisord with all programs, and stay until told to stop")


def run(args: argparse.Namespace, context: Context) -> int:
    """Start, wait, and give the container's exit status."""
    config = context.settings
    logs.setup("launcher", level=config.log_level, style=config.log_format, secrets=config.secrets)
    return launch.up(config, context.env)
