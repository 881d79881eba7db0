"""How does a container start and end? `helix up`.

Checks the settings, makes the directories, starts the shipped supervisord under this process, forwards signals, and
leaves with a status that a platform understands. supervisord itself always exits 0, which Railway takes for
"completed" and does not restart (docs/decisions/0002-exit-status.md), so the warden leaves a note when it gives up.
"""

import contextlib
import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from helix import endnote, places, release
from helix.board import PROGRAMS, Board
from helix.endnote import ExitNote
from helix.errors import HelixError, Misconfigured
from helix.settings import Settings

log = logging.getLogger(__name__)

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)

WAKE_SECONDS = 5.0


def up(settings: Settings, env: Mapping[str, str]) -> int:
    """Run Helix until it is told to stop or can't go on; give the process's exit status.

    Raises `Misconfigured` when a directory can't be used, `HelixError` when Helix runs already in this home.
    """
    problems = places.prepare(settings)
    if problems:
        raise Misconfigured(problems)
    lock = _lock(settings.run_dir / "helix.lock")
    _clear(settings.run_dir)
    _append_to_stdout()
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(release.ROOT / "supervisord.conf")]
    log.info("helix_started", extra={"port": settings.port, "commit": release.current().commit})
    # a group of its own, so that Ctrl-C reaches supervisord once, through us; it keeps the lock while it lives
    child = subprocess.Popen(command, env=_environment(settings, env), process_group=0, pass_fds=[lock])
    asked = _forward_signals(child)
    _wake(child, settings.supervisor_socket)
    status = child.wait()
    return _exit_status(settings.run_dir, status, asked_to_stop=bool(asked))


def _exit_status(run_dir: Path, status: int, *, asked_to_stop: bool) -> int:
    """Say how it ended, in the log and in a note for who asks later; give the status to leave with."""
    note = endnote.read(run_dir)
    if note is not None:
        log.critical("helix_gave_up", extra=asdict(note))
        return note.status
    if asked_to_stop and status == 0:
        log.info("helix_stopped")
        note = ExitNote(0, "it was told to stop", "")
    else:
        note = ExitNote(status or 1, "supervisord ended by itself", "look at the last lines of the log")
        log.critical("supervisord_ended_by_itself", extra={"status": status, "remedy": "the platform starts a new one"})
    with contextlib.suppress(OSError):  # a full disk changes nothing in how it ended
        endnote.write(run_dir, note)
    return note.status


def _environment(settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    """Give the programs' environment: this Python first on PATH, absolute places, output unbuffered."""
    bin_dir = os.path.dirname(sys.executable)
    return {
        **env,
        "HELIX_HOME": str(settings.home.resolve()),
        "HELIX_CWD": env.get("HELIX_CWD") or os.getcwd(),
        "PATH": bin_dir + os.pathsep + env.get("PATH", os.defpath),
        "PYTHONUNBUFFERED": "1",
    }


def _forward_signals(child: "subprocess.Popen[bytes]") -> list[int]:
    """Pass signals on to *child*; give the list in which each one is noted."""
    asked: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if child.poll() is None:
            child.send_signal(signal.SIGTERM if number == signal.SIGINT else number)

    for number in FORWARDED:
        signal.signal(number, forward)
    return asked


def _wake(child: "subprocess.Popen[bytes]", path: Path) -> None:
    """Connect to supervisord once: version 4.3 sleeps a second before its first start unless something comes in."""
    deadline = time.monotonic() + WAKE_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as caller:
            try:
                caller.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.01)
            else:
                return


def _lock(path: Path) -> int:
    """Hold *path* as long as this process or its supervisord lives."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise HelixError(
            "Helix runs already in this HELIX_HOME", remedy="stop the other one, or set another HELIX_HOME"
        ) from None
    return descriptor


def _clear(run_dir: Path) -> None:
    """Take away what an earlier, killed run left: its reports would be read as this run's."""
    board = Board(run_dir)
    for program in PROGRAMS:
        board.withdraw(program)
    for leftover in ("supervisor.sock", "sync.sock", endnote.FILE_NAME):
        (run_dir / leftover).unlink(missing_ok=True)


def _append_to_stdout() -> None:
    """Append, when standard output is a file: supervisord opens it anew, and each would overwrite the other's lines."""
    flags = fcntl.fcntl(1, fcntl.F_GETFL)
    fcntl.fcntl(1, fcntl.F_SETFL, flags | os.O_APPEND)
