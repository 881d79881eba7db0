"""Is there room left where Helix keeps its state?

A full disk breaks everything else, and nothing else can say so: reports and the journal can't be written any more.
So this check is made by the health server and held in memory.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from helix.core.health import DISK_SILENT, Check, Status
from helix.core.wording import size

FLOOR_BYTES = 16 * 1024**2
WARN_BYTES = 256 * 1024**2
WARN_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of a disk; `free` is what this user may still write. `inodes_free` is None where there is no such limit."""

    total: int
    free: int
    inodes_free: int | None


def measure(path: Path) -> Space | None:
    """Ask the file system that holds *path*, or its nearest folder that is there; None when it does not answer."""
    for place in (path, *path.parents):
        try:
            found = os.statvfs(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return None
        inodes = found.f_favail if found.f_files else None
        return Space(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize, inodes)
    return None


def check(space: Space | None, now: float) -> Check:
    """Judge the room that is left: fail where nothing can be relied on, warn while there is time to act.

    The floor is at most a hundredth of a small disk, so that a disk of 20 MB can be used at all.
    """
    remedy = "free space on the disk of HELIX_HOME or give it a larger volume; lower HELIX_TRASH_DAYS to keep less"
    if space is None:
        return Check("disk:free", Status.FAIL, DISK_SILENT.output, DISK_SILENT.remedy, now)
    if space.inodes_free == 0:
        return Check("disk:free", Status.FAIL, "the disk is full: no file can be made any more", remedy, now, 0)
    status, output = Status.PASS, ""
    left = f"{size(space.free)} of {size(space.total)} are left"
    if space.free < min(FLOOR_BYTES, space.total // 100):
        status, output = Status.FAIL, f"the disk is full: {left}"
    elif space.free < min(WARN_BYTES, space.total * WARN_SHARE):
        status, output = Status.WARN, f"the disk is nearly full: {left}"
    return Check("disk:free", status, output, remedy if output else "", now, space.free, "bytes")
