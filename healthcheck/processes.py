"""How much memory, processor time and how many open files does a process use?"""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process uses at this moment."""

    resident_bytes: int
    cpu_seconds: float
    open_files: int


def usage(pid: int) -> Usage | None:
    """Measure process *pid*; None when it is gone, or not ours to look at."""
    if pid <= 0:
        return None
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times = process.cpu_times()
            return Usage(process.memory_info().rss, times.user + times.system, process.num_fds())
    except psutil.Error:
        return None
