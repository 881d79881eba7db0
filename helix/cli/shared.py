"""What do the subcommands share?"""

import argparse
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from helix.control import Control
from helix.core import wording
from helix.settings import Settings

EX_FINE, EX_FINDINGS, EX_CANT_TELL = 0, 1, 2
LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Context:
    """The settings, and the environment they came from."""

    settings: Settings
    env: Mapping[str, str]

    @property
    def control(self) -> Control:
        """A client of sync's control socket."""
        return Control(self.settings.control_socket)


class _Console(Console):
    """Rich's own, but a pipe that nobody reads any more is left to who runs the command."""

    def on_broken_pipe(self) -> None:
        """Raise it on: rich's own exit status is the one for findings."""
        raise BrokenPipeError


def console() -> Console:
    """Give a console that writes plain text, unwrapped, when standard output is a pipe."""
    made = _Console(highlight=False)
    return made if made.is_terminal else _Console(highlight=False, width=10_000, soft_wrap=True)


def say(line: str) -> None:
    """Print one line for people; names come from whoever may write to a folder, so they are made plain."""
    console().print(wording.plain(line), markup=False)


def path_argument(text: str) -> str:
    """Take a path as it was typed. Raises `ArgumentTypeError` for what no file that is kept can be called."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("the name is not UTF-8; files of such names are left out") from None
    return text


def wait_argument(text: str) -> float:
    """Take a number of seconds. Raises `ArgumentTypeError` outside of what sync waits at most."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_WAIT:
        raise argparse.ArgumentTypeError(f"give a number of seconds from 0 to {LONGEST_WAIT:.0f}")
    return seconds


def count_argument(text: str) -> int:
    """Take how many are to be listed. Raises `ArgumentTypeError` for anything but a number from 1."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError("give a number from 1")
    return int(text)


def place(path: str) -> str:
    """Name a path in a folder; the empty one is the folder."""
    return path or "the folder itself"


def print_json(value: Any) -> None:
    """Print *value* as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def human_age(seconds: float) -> str:
    """Write a span of time for people, in its largest unit."""
    for length, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
