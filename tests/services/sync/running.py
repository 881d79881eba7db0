"""The real program on a home of its own, with a client of its control socket."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from helix.control import Control
from tests.running.patience import Patience, crowding

PATIENCE = 60.0
"""Tests share the machine with each other; a condition that holds at once costs nothing."""


async def eventually(condition: Callable[[], Any], what: str = "", within: float = PATIENCE) -> None:
    """Wait until the condition holds; files that are not there yet count as no."""
    patience = Patience(within)
    while not patience.ended:
        try:
            if condition():
                return
        except (OSError, ValueError, KeyError):
            pass
        await asyncio.sleep(0.02)
    raise AssertionError(f"never: {what}")


class Sync:
    """One running sync."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.folder = home / "files"
        self.remote = Path(settings.get("HELIX_REMOTE", f"local:{home / 'remote'}").removeprefix("local:"))
        self.control = Control(home / "run/sync.sock")
        self.settings = {"HELIX_SETTLE_SECONDS": "0", "HELIX_SCAN_SECONDS": "2", **settings}
        self.process = self._spawn()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        keep = {key: value for key, value in os.environ.items() if not key.startswith(("HELIX_", "MEGA_", "DATABASE_"))}
        environment = {**keep, "HELIX_HOME": str(self.home), **self.settings}
        log = (self.home / "log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "services.sync"], env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def report(self) -> dict[str, Any]:
        """What it posted last."""
        found: dict[str, Any] = json.loads((self.home / "run/sync.json").read_bytes())
        return found

    def check(self, name: str) -> dict[str, Any]:
        """One check of the report."""
        return next(check for check in self.report()["checks"] if check["name"] == name)

    async def ready(self, state: str = "writer") -> None:
        """Wait for a state, in a report of this very process."""
        await eventually(
            lambda: (r := self.report())["state"] == state and r["pid"] == self.process.pid,
            f"{state}; the log ends: {self.log()[-1500:]}",
        )

    def log(self) -> str:
        """All it printed."""
        return (self.home / "log").read_text()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; gives the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40 * crowding())

    def again(self) -> None:
        """Start anew on the same home."""
        self.process = self._spawn()


@contextmanager
def home() -> Iterator[Path]:
    """A short path: a socket's path has a limit."""
    path = Path(tempfile.mkdtemp(prefix="hx", dir="/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@asynccontextmanager
async def running(place: Path, **settings: str) -> AsyncIterator[Sync]:
    """A sync that is ready; killed at the end if it still runs."""
    sync = Sync(place, **settings)
    try:
        yield sync
    finally:
        if sync.process.poll() is None:
            sync.kill()
