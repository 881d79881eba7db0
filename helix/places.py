"""Which directories does Helix need, and can they be used?

Every directory is made at the start, so that no program meets a missing one; what can't be used is a `Problem`.
"""

import os
import tempfile
from pathlib import Path

from helix.errors import Problem
from helix.settings import Settings


def prepare(settings: Settings) -> list[Problem]:
    """Make every directory of *settings*; give a problem for each that can't be made, read or written."""
    problems = [
        problem
        for name, path in _own_places(settings)
        if (problem := _unusable(name, path, write=True, mode=0o700)) is not None
    ]
    for folder in settings.folders:
        # in mirror mode the folder is only read: it may be a read-only mount
        write = folder.mode != "mirror"
        if (problem := _unusable("HELIX_FOLDER", folder.local, write=write, mode=0o755)) is not None:
            problems.append(problem)
    # three directories below one bad home are one problem
    return list(dict.fromkeys(problems))


def _own_places(settings: Settings) -> list[tuple[str, Path]]:
    return [
        ("HELIX_HOME", settings.home),
        ("HELIX_HOME", settings.run_dir),
        ("HELIX_HOME", settings.journal_dir),
    ]


def _unusable(name: str, path: Path, *, write: bool, mode: int) -> Problem | None:
    """Try what will be done with *path*: list it, and write into it."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        with os.scandir(path) as entries:
            next(entries, None)
        # root passes every permission bit, so a real write is the only test
        if write:
            tempfile.TemporaryFile(dir=path, prefix=".helix-probe-").close()
        if not os.access(path, os.R_OK | os.X_OK):
            raise PermissionError(0, "Permission denied")
    except OSError as error:
        what = (error.strerror or "can't be used").lower()
        return Problem(name, f"names a directory that can't be used: {what}", "correct the path, its owner or its mode")
    return None
