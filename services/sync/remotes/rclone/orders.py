"""Which command does rclone get, word for word, for one file?

Pure: an address, what the backend can do, and paths become the parameters of rclone's API.
"""

import os
import secrets
from dataclasses import dataclass
from typing import Any

from services.sync.remotes.errors import Changed
from services.sync.remotes.rclone.entries import Backend
from services.sync.remotes.remote import Entry
from services.sync.remotes.symbols import to_symbols

Step = dict[str, Any]
"""A command as `job/batch` takes it: its name is `_path`."""

NEW = {"NoCheckDest": True, "Inplace": True}
"""For a claim: nothing is there, and no listing shows it, so it needs no second name while it is half written."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The commands for one tree."""

    fs: str
    """Rclone's address of the tree."""
    bare: str
    """The same, where rclone neither looks at single objects nor makes directory markers (if it is a bucket)."""
    backend: Backend

    def send(self, local: str, claim: str) -> Step:
        """Copy a small local file to a claim."""
        directory, name = os.path.split(os.path.abspath(local))
        both = {"srcFs": directory, "srcRemote": to_symbols(name), "dstFs": self.bare, "dstRemote": to_symbols(claim)}
        return {"_path": "operations/copyfile", **both, "_config": {**self.backend.config, **NEW}}

    def rename(self, path: str, to: str) -> tuple[Step, Step]:
        """Rename a file unless rclone finds something there; and, for after it, the question whether it has."""
        group = f"helix-{secrets.token_hex(6)}"
        moving = self._move(self.fs, path, to, {"IgnoreExisting": True})
        return {**moving, "_group": group}, {"_path": "core/stats", "group": group}

    def rename_over(self, path: str, to: str) -> Step:
        """Rename a file, whatever is there."""
        return self._move(self.fs, path, to, {"NoCheckDest": True})

    def rename_bare(self, path: str, to: str) -> Step:
        """The same for a small object, without any look at it: the server itself refuses to copy what is not there."""
        return self._move(self.bare, path, to, {"NoCheckDest": True, "IgnoreChecksum": True})

    def look(self, path: str) -> Step:
        """Look at a path."""
        question = {"fs": self.fs, "remote": to_symbols(path), "opt": self.backend.list_options}
        return {"_path": "operations/stat", **question, "_config": self.backend.config}

    def seen(self, answer: dict[str, Any], path: str) -> Entry | None:
        """What a look has shown."""
        item = answer["item"]
        return None if item is None else self.backend.entry(item, path)

    def _move(self, fs: str, path: str, to: str, options: dict[str, bool]) -> Step:
        both = {"srcFs": fs, "srcRemote": to_symbols(path), "dstFs": fs, "dstRemote": to_symbols(to)}
        return {"_path": "operations/movefile", **both, "_config": {**self.backend.config, **options}}


def require_renamed(stats: dict[str, Any], to: str) -> None:
    """`Changed` if rclone has left the rename out, of which it says nothing itself."""
    if not stats["renames"]:
        raise Changed(f"{to} is already there")
