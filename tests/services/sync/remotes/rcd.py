"""How does a test get a resident rclone, started exactly as supervisord starts it?"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE_SECONDS = 30.0


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("rclone", timeout=PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Rcd:
    """`python -m services.rclone` with a home of its own; `settings` are environment variables."""

    def __init__(self, **settings: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="rcd", dir="/tmp"))
        self.data = self.home / "data"
        self.data.mkdir()
        self.log = self.home / "rclone.log"
        self.socket = str(self.home / "run" / "rclone.sock")
        own = {"HELIX_HOME": str(self.home), "HELIX_REMOTE": "rclone:local:/", "HELIX_FOLDER": str(self.home / "f")}
        self._settings = settings
        self._twin: Rcd | None = None
        self.environment = {**os.environ, **own, **settings}

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Start it, again after its end, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.rclone"], env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.call("rc/noop")
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
                # no event tells that a foreign process listens
                self.pause()

    def twin(self) -> "Rcd":
        """Another one with the same settings, as a second container has; it ends with this one."""
        if self._twin is None:
            self._twin = Rcd(**self._settings)
            self._twin.start()
        return self._twin

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop the process for a while."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            while Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
                self.pause()
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def pause(self) -> None:
        """Give rclone a moment, and notice its end at once."""
        try:
            self.process.wait(0.05)
        except subprocess.TimeoutExpired:
            return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._twin is not None:
            self._twin.__exit__(kind, error, trace)
        # asked to end, it first waits 10 s for transfers that a test has made to stand still
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)
        shutil.rmtree(self.home, ignore_errors=True)

    def call(self, command: str, **parameters: Any) -> Any:
        """One command of rclone's API; fails on an error."""
        connection = _UnixConnection(self.socket)
        try:
            connection.request("POST", f"/{command}", json.dumps(parameters), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == 200, body
        return body

    def serve(self, kind: str, *, folder: str = "", **options: Any) -> str:
        """Serve an empty directory with rclone itself; give host:port."""
        served = self.data / (folder or f"served-{kind}")
        served.mkdir()
        answer = self.call("serve/start", type=kind, fs=str(served), addr="127.0.0.1:0", **options)
        return str(answer["addr"])


def obscured(password: str) -> str:
    """A password as rclone's configuration wants it; given on standard input, so that `ps` never shows it."""
    done = subprocess.run(
        [Path(sys.executable).parent / "rclone", "obscure", "-"],
        input=password.encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def mega_settings(name: str, password: str = "secret") -> dict[str, str]:
    """The environment of a remote on the MEGA test server."""
    prefix = f"RCLONE_CONFIG_{name.upper()}_"
    return {f"{prefix}TYPE": "mega", f"{prefix}USER": "me@example.org", f"{prefix}PASS": obscured(password)}
