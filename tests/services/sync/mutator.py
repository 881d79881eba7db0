"""People at work on both sides: random writes, edits, renames and deletions, and what they are owed.

Owed is every content that somebody wrote and that nobody on the same side overwrote or deleted (rule I2).
"""

import contextlib
import os
import random
from pathlib import Path

from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

DIRECTORIES = ("", "d", "d/deep", "e")
NAMES = tuple("abcdefgh")


class Person:
    """Changes one side."""

    def __init__(self, root: Path, name: str, rng: random.Random) -> None:
        self.root = root
        self.owed: set[bytes] = set()
        self._name = name
        self._rng = rng
        self._serial = 0

    def act(self) -> None:
        """One change; one that the world makes impossible is no change."""
        with contextlib.suppress(OSError):
            self._rng.choices((self._write, self._delete, self._rename), (8, 1, 1))[0]()

    def _path(self) -> Path:
        return self.root / self._rng.choice(DIRECTORIES) / self._rng.choice(NAMES)

    def _write(self) -> None:
        self._serial += 1
        content = f"{self._name} {self._serial} ".encode() * self._rng.choice((1, 10, 3000))
        path = self._path()
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self.owed.discard(path.read_bytes())
        draft = path.with_name(f"{TEMPORARY_PREFIX}{self._name}")
        draft.write_bytes(content)
        os.replace(draft, path)
        self.owed.add(content)

    def _delete(self) -> None:
        path = self._path()
        self.owed.discard(path.read_bytes())
        path.unlink()

    def _rename(self) -> None:
        """Only to where nothing is, so that the rename itself loses nothing."""
        to = self._path()
        to.parent.mkdir(parents=True, exist_ok=True)
        source = self._path()
        os.link(source, to)
        source.unlink()


def reachable(*roots: Path) -> set[bytes]:
    """Every content at a path or in the trash; half-written files count for nothing."""
    found: set[bytes] = set()
    for root in roots:
        for directory, _, names in os.walk(root):
            found |= {(Path(directory) / name).read_bytes() for name in names if not name.startswith(TEMPORARY_PREFIX)}
    return found


def tree(root: Path) -> dict[str, bytes]:
    """All files of a side."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and RESERVED not in path.parts and not path.name.startswith(TEMPORARY_PREFIX)
    }
