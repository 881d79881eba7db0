"""Start, ask, hurt and stop a real Helix."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.running.eventually import eventually
from tests.running.patience import crowding
from tests.running.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; a 503 is an answer, not an error."""

    status: int
    text: str

    @property
    def body(self) -> Any:
        """The JSON in it."""
        return json.loads(self.text)


class Helix:
    """One running `helix up`, with its home, its port and its log."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, python: Path, env: Mapping[str, str]) -> None:
        home = Path(env["HELIX_HOME"])
        self.process = process
        self.home = home
        self.port = int(env["PORT"])
        self.env = env
        self._log = log
        self._python = python
        self.folder = home / "files"
        self.remote = home / "remote"

    def get(self, path: str, *, token: str | None = None) -> Answer:
        """GET *path* from the health server."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=15 * crowding()) as response:
                return Answer(response.status, response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode())

    def wait_ready(self, *, within: float = 60.0) -> None:
        """Wait until `/health` answers 200."""
        eventually(lambda: self.get("/health").status == 200, within=within, what=f"ready; log:\n{self.log()[-4000:]}")

    def causes(self) -> list[str]:
        """Give the outputs of the checks that do not pass, as `/health` tells them."""
        checks = self.get("/health").body["checks"]
        return [item["output"] for items in checks.values() for item in items if item["status"] != "pass"]

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the `helix` command in this Helix's environment."""
        return subprocess.run(
            [str(self._python), "-m", "helix.cli", *words],
            cwd="/", env=dict(self.env), capture_output=True, text=True, timeout=60 * crowding(), check=False,
        )  # fmt: skip

    def pid(self, program: str) -> int:
        """Give the process id of a program, by its command line."""
        module = {"health": "healthcheck", "bot": "services.bot", "sync": "services.sync", "warden": "services.warden"}
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if module[program] in child.cmdline():
                    return child.pid
            except psutil.NoSuchProcess:
                continue
        raise AssertionError(f"{program} does not run")

    def signal(self, program: str, number: signal.Signals) -> int:
        """Send a signal to a program; give the pid it had."""
        pid = self.pid(program)
        os.kill(pid, number)
        return pid

    def log(self) -> str:
        """Give everything written to standard output and error."""
        return self._log.read_text(errors="replace")

    def events(self) -> list[dict[str, Any]]:
        """Give the log's JSON lines."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def stop(self, *, within: float = 45.0) -> int:
        """Send SIGTERM and give the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within * crowding())


@contextmanager
def start_helix(
    home: Path | None = None, *, root: Path = ROOT, python: Path | None = None, **settings: str
) -> Iterator[Helix]:
    """Start `helix up` from a foreign directory on a free port; whatever happens, nothing of it is left running.

    *root* is the application's root (this checkout), *python* the interpreter (the one that runs the tests).
    """
    # a short path: the sockets below it have 103 bytes
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-", ignore_cleanup_errors=True) as foreign:
        python = python or Path(sys.executable)
        env = {
            "PATH": os.environ["PATH"],
            "HOME": foreign,
            "PYTHONPATH": str(root),
            "HELIX_HOME": str(home or Path(foreign) / "home"),
            "PORT": str(free_port()),
            "HELIX_SETTLE_SECONDS": "0.2",
            "LOG_FORMAT": "json",
            **settings,
        }
        log = Path(foreign) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(python), "-m", "helix.cli", "up"], cwd=foreign, env=env, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            yield Helix(process, log, python, env)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        tree = psutil.Process(process.pid).children(recursive=True)
        for child in tree:
            _kill(child)
        process.kill()
    process.wait(10)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
