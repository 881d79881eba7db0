"""What does a judge do, whichever client it is?"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Login:
    """Where the server is, and as whom to come."""

    url: str
    email: str
    password: str


class Judge(Protocol):
    """An unmodified client. What it can't do comes back as file name → what it said."""

    name: str

    def write(self, folder: Path, remote: str) -> Mapping[str, str]:
        """Stores the files of a local folder in a new folder of this name at the account's root."""

    def read(self, remote: str, into: Path) -> Mapping[str, str]:
        """Fetches the files of that folder."""


def run(command: list[str], *, env: Mapping[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a client to its end; its exit code is for the caller to judge."""
    return subprocess.run(
        command,
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
