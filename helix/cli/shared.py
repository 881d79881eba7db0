"""What do the subcommands share?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from helix.control import Control
from helix.core import wording
from helix.settings import Settings

EX_FINE, EX_FINDINGS, EX_CANT_TELL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Context:
    """The settings, and the environment they came from."""

    settings: Settings
    env: Mapping[str, str]

    @property
    def control(self) -> Control:
        """A client of sync's control socket."""
        return Control(self.settings.control_socket)


def console() -> Console:
    """Give a console that writes plain text, unwrapped, when standard output is a pipe."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=10_000, soft_wrap=True)


def say(line: str) -> None:
    """Print one line for people; names come from whoever may write to a folder, so they are made plain."""
    console().print(wording.plain(line), markup=False)


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
