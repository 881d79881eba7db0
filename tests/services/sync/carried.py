"""What is there to carry between two trees, who does it, and what has become of it?"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from services.sync.carriers import CarrierFailed
from services.sync.carrying import Answer, Job, TreeFailed
from services.sync.fingerprints import etag_of
from services.sync.lease import LeaseLost


def always() -> None:
    """Nothing is in the way."""


def up(here: Path, path: str, content: bytes = b"content") -> Job:
    """A new local file, to be carried up."""
    (here / path).parent.mkdir(parents=True, exist_ok=True)
    (here / path).write_bytes(content)
    seen = (here / path).stat()
    return Job("up", path, (seen.st_size, seen.st_mtime_ns, seen.st_ino))


def down(there: Path, path: str, content: bytes = b"content") -> Job:
    """A new remote file, to be carried down."""
    (there / path).write_bytes(content)
    seen = (there / path).stat()
    return Job("down", path, None, (seen.st_size, etag_of(seen), seen.st_mtime_ns))


def failure_of(answer: Answer) -> tuple[str, int]:
    assert answer.failure is not None
    return answer.failure[:2]


def left_in(*roots: Path) -> list[str]:
    return [path.name for root in roots for path in root.rglob(".helix-tmp-*")]


def descriptors() -> set[str]:
    """What this process has open, by what it is: an earlier test's may be closed by the collector meanwhile."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # that of the directory itself
            found.add(os.readlink(f"/proc/self/fd/{number}"))
    return {what for what in found if not what.startswith("/proc/")}


def processes(parent: int) -> list[psutil.Process]:
    """All that carry for a program, whatever state they are in."""
    found = []
    for child in psutil.Process(parent).children():
        try:
            command = " ".join(child.cmdline())
        except psutil.ZombieProcess:
            continue
        if "services.sync.carrier" in command:
            found.append(child)
    return found


def in_a_thread(act: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Let something that blocks begin; its error is found in the list when it has ended."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except (CarrierFailed, LeaseLost, TreeFailed) as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors
