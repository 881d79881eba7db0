"""Which misfortune happens to which request?

A fault is scripted by (command, n-th call from now, before or after the commit) and an effect:

    server.fail("p", Drop(), after=True)                  the next p is carried out, its answer lost
    server.fail("u", Answer(-17), nth=3)                  the third u from now is refused
    server.fail("upload", Raw(500), times=2)              two chunk POSTs get HTTP 500
    server.fail("f", Thin(2), times=None)                 each listing leaves out every second file, for ever
    server.fail("download", Tamper(5))                    one bit of byte 5 is flipped

`on` is an API command, or `cs` (any API request), `sc`, `wait`, `upload` (a chunk POST),
`download` (a content GET).
"""

import itertools
import threading
from dataclasses import dataclass, field
from typing import Final

ENDPOINTS: Final = frozenset({"cs", "sc", "wait", "upload", "download"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An error number: for that command (`[-3]`), or with `whole` for the request (`-3`)."""

    code: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Any HTTP answer: a status, a wrong body, headers."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection is cut without an answer."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing happens for `seconds`, then all goes on; in a download after byte `at`."""

    seconds: float = 3600.0
    at: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """A download ends after `at` bytes although more were promised."""

    at: int


@dataclass(frozen=True, slots=True)
class Tamper:
    """A download has one bit of the file's byte `at` flipped."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Thin:
    """A listing leaves out every `every`-th file, as a flaky service would."""

    every: int = 2


Effect = Answer | Raw | Drop | Stall | Cut | Tamper | Thin


@dataclass(slots=True)
class Fault:
    """One scripted fault and how often it has happened."""

    on: str
    effect: Effect
    nth: int = 1
    times: int | None = 1
    after: bool = False
    seen: int = 0
    happened: int = 0

    def strikes(self) -> bool:
        """Counts one call; does it happen to this one?"""
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.happened >= self.times):
            return False
        self.happened += 1
        return True


@dataclass(slots=True)
class FaultPlan:
    """All faults of a server; used by its loop and by tests in other threads."""

    faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> Fault:
        """Arms a fault; the caller keeps it to ask whether it happened."""
        with self._lock:
            self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Disarms all."""
        with self._lock:
            self.faults.clear()

    def strike(self, *names: str) -> list[Fault]:
        """The faults that happen to a request of these names (each counts one call)."""
        with self._lock:
            return [fault for fault in self.faults if fault.on in names and fault.strikes()]

    @staticmethod
    def first(faults: list[Fault], *, after: bool) -> Fault | None:
        """The first fault of a phase."""
        return next(itertools.filterfalse(lambda fault: fault.after != after, faults), None)
