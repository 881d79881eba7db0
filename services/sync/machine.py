"""Which boot of which machine is this, how long has it run, and does a process that was here before still live?"""

import os
import secrets
import time
from functools import cache

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def waking_clock() -> float:
    """Seconds that also pass while the machine sleeps: `time.monotonic` stands still then, and a zombie with it."""
    return time.clock_gettime(_CLOCK)


@cache
def boot() -> str:
    """The name of this boot of the machine; where it has none, a name that is this process's own."""
    return _read("/proc/sys/kernel/random/boot_id").strip() or secrets.token_hex(8)


@cache
def life() -> str:
    """A name for this process that no other process on any machine bears: boot, family of processes, number, start."""
    return f"{_place()}:{os.getpid()}:{_start(os.getpid()) or secrets.token_hex(8)}"


def is_over(other: str) -> bool:
    """Whether the process with this name surely lives no more: it was here, and is not. False if nobody can tell."""
    place, _, process = other.rpartition(":")[0].rpartition(":")
    start = other.rpartition(":")[2]
    return place == _place() and process.isdigit() and _start(int(process)) != start


@cache
def _place() -> str:
    """The boot, and the family of processes (a container's own) whose numbers can be seen from here."""
    try:
        family = str(os.stat("/proc/self/ns/pid").st_ino)
    except OSError:
        family = secrets.token_hex(8)  # whoever can't look must not judge
    return f"{boot()}:{family}"


def _start(process: int) -> str:
    """When the process began, in ticks since the boot; empty if there is none of this number."""
    # the second field is the program's name in brackets, and may hold anything
    fields = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
