"""Who carries small files: this program's own threads, or processes of their own, and what if one dies or freezes?

A process (carrier.py) may act only for `GO_SECONDS` after we last saw that we may: less than the time between the end
of a claim and the earliest beginning of another's (lease.py). One that is silent is killed, which also ends one that is
frozen; of its batch nothing is remembered, and the next pass finds what it has done.
"""

import contextlib
import marshal
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import blake3

from helix.errors import HelixError
from services.sync.apart import command_of, last_words
from services.sync.carrier import LENGTH, frame_of
from services.sync.carrying import Answer, Job, Proceed, TreeFailed, carry
from services.sync.machine import waking_clock

FEW = 2000
"""Fewer jobs, and the start of processes would cost more than they save."""
SIDE_BY_SIDE = 3
"""While one batch waits for its flush, or for the daemon to take its answers, two others use the two cores."""
GO_SECONDS = 1.0
"""So long a go-ahead holds."""
LOOK_SECONDS = 0.25
"""How often it is renewed, and looked whether anybody still waits for the answers."""
SILENCE_SECONDS = 60.0
"""So long a carrier may say nothing: it shows each second that it lives, also while it waits for a slow disk."""
END_SECONDS = 3.0
"""The wait for one that is dismissed to remove what it has not put in place."""
READ_BYTES = 1 << 18

_LIBRARIES = (str(Path(blake3.__file__).parents[1]),)


class CarrierFailed(HelixError):
    """A process that carries small files broke down: what it did in its last batch is not known."""


class Carriers:
    """Carry batches between two trees during one pass: the thread that asks, or processes once many jobs are expected.

    All methods block, and may be called from several threads.
    """

    def __init__(self, here: str, there: str) -> None:
        self._here = here
        self._there = there
        self._apart = False
        self._idle: list[_Carrier] = []
        self._closed = False
        self._lock = threading.Lock()

    def expect(self, jobs: int) -> None:
        """So many jobs come: if they are many, have processes when the first batch comes. Raises `CarrierFailed`."""
        if jobs >= FEW and not self._apart:
            self._apart = True
            for _ in range(SIDE_BY_SIDE):
                carrier = _Carrier(self._here, self._there)
                if not self._keep(carrier):
                    carrier.end()

    def carry(self, jobs: Sequence[Job], proceed: Proceed) -> list[Answer]:
        """As `carrying.carry`, whose errors it raises, and `CarrierFailed`."""
        if not self._apart:
            return carry(self._here, self._there, jobs, proceed)
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        carrier = idle or _Carrier(self._here, self._there)
        kept = False
        try:
            answers = carrier.carry(jobs, proceed)
            kept = self._keep(carrier)
        finally:
            if not kept:
                carrier.end()
        return answers

    def close(self) -> None:
        """No further batch comes: dismiss who waits; whoever is under way ends with its batch. Never raises."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for carrier in idle:
            carrier.end()

    def _keep(self, carrier: "_Carrier") -> bool:
        with self._lock:
            if not self._closed:
                self._idle.append(carrier)
            return not self._closed


class _Carrier:
    """One process and the socket to it. For one thread at a time."""

    def __init__(self, here: str, there: str) -> None:
        self._data = bytearray()
        self._heard = time.monotonic()
        with _starting():
            self._channel, theirs = socket.socketpair()
        self._channel.settimeout(LOOK_SECONDS)
        places = (here, there, str(os.getpid()))
        command = command_of("services.sync.carrier", *places, libraries=_LIBRARIES)
        try:
            with theirs, _starting():
                self._process = subprocess.Popen(
                    command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
                )
        except CarrierFailed:
            self._channel.close()
            raise

    def carry(self, jobs: Sequence[Job], proceed: Proceed) -> list[Answer]:
        """Order a batch and wait for its answers; whenever nothing comes, `proceed` is asked."""
        self._heard = time.monotonic()
        try:
            self._go(proceed)
            self._send(frame_of([tuple(job) for job in jobs]), proceed)
            while (told := self._told(proceed)) is None:
                pass  # it lives
        except OSError as error:
            raise _failed(f"ended early: {last_words(self._process, END_SECONDS)}") from error
        if isinstance(told, tuple):
            raise TreeFailed(told)
        return [Answer(*answer) for answer in told]

    def end(self) -> None:
        """Dismiss it; kill it if it does not go. One that a hung disk holds is left to the operating system."""
        self._channel.close()
        assert self._process.stderr is not None
        self._process.stderr.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
            return
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)

    def _go(self, proceed: Proceed) -> None:
        """Give it another go-ahead, if we have one."""
        until = waking_clock() + GO_SECONDS  # before the look: what is seen then held at that time
        proceed()
        self._send(frame_of(until), proceed)

    def _send(self, frame: bytes, proceed: Proceed) -> None:
        view = memoryview(frame)
        while view:
            try:
                view = view[self._channel.send(view) :]
            except TimeoutError:
                self._check_silence()
                proceed()

    def _told(self, proceed: Proceed) -> Any:
        """The next thing that it tells. Raises OSError when it has hung up."""
        while True:
            end = LENGTH.size + (LENGTH.unpack_from(self._data)[0] if len(self._data) >= LENGTH.size else 0)
            if LENGTH.size < end <= len(self._data):
                told = marshal.loads(memoryview(self._data)[LENGTH.size : end])  # noqa: S302 - our own child wrote it
                del self._data[:end]
                return told
            try:
                piece = self._channel.recv(READ_BYTES)
            except TimeoutError:
                self._check_silence()
                self._go(proceed)
                continue
            if not piece:
                raise ConnectionResetError
            self._heard = time.monotonic()
            self._data += piece

    def _check_silence(self) -> None:
        if time.monotonic() - self._heard > SILENCE_SECONDS:
            self._process.kill()
            raise _failed(f"has not answered for {SILENCE_SECONDS:.0f} s")


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """The operating system's refusals are told as what they mean."""
    try:
        yield
    except OSError as error:
        raise _failed(f"can't be started: {error.strerror}") from error


def _failed(what: str) -> CarrierFailed:
    return CarrierFailed(
        f"the process that copies small files {what}",
        remedy="nothing to do: the next pass sees what it has done; if it fails again, look at disks and memory",
    )
