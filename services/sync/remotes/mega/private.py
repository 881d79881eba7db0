"""How is a file kept that nobody else may read?

What is stored here gives access to the account, so it is written whole or not at all, with mode 0600 in a directory of
mode 0700. Losing it only costs a login or a listing, so nothing is forced to the disk.
"""

import hashlib
import os
from pathlib import Path


def file_of(store: Path, what: str, email: str) -> Path:
    """Where something of an account is kept; the name does not tell the account."""
    account = hashlib.sha256(email.lower().encode()).hexdigest()[:16]
    return store / f"{what}-{account}"


def write(file: Path, content: bytes) -> None:
    """Replace the file. Raises OSError, as for a disk that is full or read-only."""
    temporary = file.with_suffix(".new")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as opened:
        opened.write(content)
    temporary.replace(file)
