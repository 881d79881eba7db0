"""Is this the only sync on this HELIX_HOME, and what is it called? A lock and a lasting name."""

import contextlib
import fcntl
import os
import secrets
from pathlib import Path

from helix.errors import HelixError


def lock(journal_dir: Path) -> int | None:
    """Take the lock; the descriptor holds it as long as the process lives. Raises HelixError if another has it.

    None if the directory can't be written: then the journal can't either, and its check says so.
    """
    try:
        descriptor = os.open(journal_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise HelixError(
            "another sync runs on this HELIX_HOME", remedy="stop it first, or choose another HELIX_HOME"
        ) from error
    return descriptor


def owner(journal_dir: Path) -> str:
    """A name that stays over restarts, and is copied with the directory: `holder` tells copies apart."""
    path = journal_dir / "owner"
    try:
        return path.read_text(encoding="ascii").strip() or _new_owner(path)
    except (OSError, UnicodeDecodeError):
        return _new_owner(path)


def _new_owner(path: Path) -> str:
    name = secrets.token_hex(8)
    with contextlib.suppress(OSError):
        path.write_text(name, encoding="ascii")
    return name
