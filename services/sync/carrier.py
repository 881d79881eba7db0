"""What does a process of its own do that carries small files, so that the daemon's loop and threads stay free?

The daemon starts it (carriers.py) and talks to it over a socket that is its standard input. It does what it is ordered,
a batch at a time, by the same code as the daemon itself (carrying.py), and tells the answers.

It has no right of its own: before each step of each job it looks whether the daemon lives, and whether the last
go-ahead still holds; if not it waits for another. So one that was frozen, or that outlives its daemon, does nothing.

A frame is its length (8 bytes) and a marshalled value. Orders: a go-ahead (until when, on the clock that runs while the
machine sleeps) or a list of jobs. What is told: a sign of life (nothing), the answers, or why a tree can't be opened.
"""

import contextlib
import marshal
import os
import threading
import time
from collections.abc import Callable, Sequence
from io import BufferedReader, FileIO
from struct import Struct
from typing import Any

from services.sync.carrying import Failure, Job, Proceed, TreeFailed, carry
from services.sync.machine import waking_clock

LENGTH = Struct("<Q")
CHANNEL = 0
BEAT_SECONDS = 1.0
"""How often it shows that it lives, also while it waits for a disk."""


class Dismissed(Exception):
    """The daemon is gone, or wants nothing more."""


def main(here: str, there: str, daemon: str) -> None:
    """Serve the process `daemon` until it hangs up."""
    with BufferedReader(FileIO(CHANNEL, "rb", closefd=False)) as orders:
        claim = Claim(orders, int(daemon))
        lock = threading.Lock()

        def tell(value: object) -> None:
            with lock:
                _write(frame_of(value))

        threading.Thread(target=_live, args=(tell,), daemon=True).start()
        try:
            while True:
                tell(_carried(here, there, claim.next_jobs(), claim.proceed))
        except (Dismissed, BrokenPipeError, ConnectionResetError):
            return  # and whoever could be told is gone


def frame_of(value: Any) -> bytes:
    """A frame: its length, then the value."""
    data = marshal.dumps(value)
    return LENGTH.pack(len(data)) + data


class Claim:
    """What the daemon lets it do."""

    def __init__(self, orders: "BufferedReader[FileIO]", daemon: int) -> None:
        self._orders = orders
        self._daemon = daemon
        self._until = float("-inf")

    def next_jobs(self) -> list[Job]:
        """Wait for the next batch. Raises `Dismissed` when none will come."""
        while isinstance(order := self._order(), float):
            self._until = order
        return [Job(*job) for job in order]

    def proceed(self) -> None:
        """Return when a step may be done now. Raises `Dismissed` when no other go-ahead will come."""
        if os.getppid() != self._daemon:
            raise Dismissed
        while waking_clock() >= self._until:
            self._until = self._order()

    def _order(self) -> Any:
        data = self._exactly(LENGTH.unpack(self._exactly(LENGTH.size))[0])
        return marshal.loads(data)  # noqa: S302 - our own parent wrote it

    def _exactly(self, count: int) -> bytes:
        data = self._orders.read(count)
        if len(data) < count:
            raise Dismissed
        return data


def _carried(here: str, there: str, jobs: Sequence[Job], proceed: Proceed) -> list[tuple[Any, ...]] | Failure:
    """The answers as plain tuples, or the failure of a tree."""
    try:
        return [tuple(answer) for answer in carry(here, there, jobs, proceed)]
    except TreeFailed as error:
        return error.failure


def _live(tell: Callable[[object], None]) -> None:
    """Show that we live, until nobody looks."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while True:
            tell(None)
            time.sleep(BEAT_SECONDS)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(CHANNEL, view) :]
