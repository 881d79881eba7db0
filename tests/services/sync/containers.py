"""Containers that share a remote: real programs with a lease short enough for a test, killed, stopped and frozen."""

import asyncio
import json
import logging
import multiprocessing
import os
import random
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from services.sync.__main__ import serve
from services.sync.lease import Lease
from tests.services.sync.mutator import Person

TTL = 2.0

_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["services.sync.__main__"])


class _Diary(logging.Handler):
    """Writes down which claims were won."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "lease_changed" and record.__dict__["held"]:
            with self._path.open("a") as file:
                file.write(f"{record.__dict__['epoch']} {os.getpid()}\n")


def live(place: str, remote: str, more: dict[str, str]) -> None:
    """The child: sync with a lease that is short enough for a test."""
    defaults = Lease.__init__.__kwdefaults__
    assert defaults is not None
    defaults["ttl"] = TTL
    settings = {
        "HELIX_HOME": place,
        "HELIX_REMOTE": remote,
        "HELIX_SETTLE_SECONDS": "0",
        "HELIX_SCAN_SECONDS": "0.3",
        "HELIX_MAX_DELETE": "100%",
        **more,
    }
    logging.getLogger("services.sync.lease").addHandler(_Diary(Path(remote.removeprefix("local:")).parent / "claims"))
    asyncio.run(serve(settings, cwd=Path(place)))


class Container:
    """One of them."""

    def __init__(self, place: Path, remote: Path, rng: random.Random, **settings: str) -> None:
        self.place = place
        self.person = Person(place / "files", place.name, rng)
        self._remote = f"local:{remote}"
        self._settings = settings
        self._process: BaseProcess | None = None
        self._frozen = False

    def start(self) -> None:
        """Start, unless it runs; thaw, if it is frozen."""
        if self._frozen:
            self._signal(signal.SIGCONT)
            self._frozen = False
        if self._process is None or not self._process.is_alive():
            self._process = _fork.Process(
                target=live, args=(str(self.place), self._remote, self._settings), daemon=True
            )
            self._process.start()

    def kill(self) -> None:
        """SIGKILL."""
        self._frozen = False
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self._process is not None and not self._frozen:
            self._process.terminate()
            self._process.join(40)

    def freeze(self) -> None:
        """SIGSTOP."""
        if self._process is not None and self._process.is_alive():
            self._signal(signal.SIGSTOP)
            self._frozen = True

    def report(self) -> dict[str, Any]:
        """What it posted last."""
        found: dict[str, Any] = json.loads((self.place / "run/sync.json").read_bytes())
        return found

    def state(self) -> str:
        """Where it said to be."""
        return str(self.report()["state"])

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, number)
