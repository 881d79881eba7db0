"""What do people do at the remote, without Helix, and what is there for them to see?"""

import os
import shutil
from pathlib import Path
from typing import Protocol

from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.remote import Remote
from services.sync.reserved import RESERVED, TEMPORARY_PREFIX


class Far(Protocol):
    """The remote's tree as its owner sees and changes it; paths are Helix's."""

    def files(self, *, own: bool = False) -> dict[str, bytes]:
        """Path and content of every whole file; with `own` those in `.helix/` too."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file; missing parents are made, what was there is replaced."""

    def delete(self, path: str) -> None:
        """Delete a file, or a directory with all in it."""

    def move(self, path: str, to: str) -> None:
        """Rename in place, a directory with all in it."""


class MemoryFar:
    """A tree in memory."""

    def __init__(self, remote: MemoryRemote) -> None:
        self._remote = remote
        self._nodes = remote.store.nodes

    def files(self, *, own: bool = False) -> dict[str, bytes]:
        found = {path: node.content for path, node in self._nodes.items() if node.content is not None}
        return {path: content for path, content in found.items() if own or not path.startswith(f"{RESERVED}/")}

    def write(self, path: str, content: bytes) -> None:
        self._remote.write(path, content)

    def delete(self, path: str) -> None:
        self._remote.delete(path)

    def move(self, path: str, to: str) -> None:
        for old in [old for old in self._nodes if old == path or old.startswith(path + "/")]:
            self._nodes[to + old[len(path) :]] = self._nodes.pop(old)


class DiskFar:
    """A directory of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self, *, own: bool = False) -> dict[str, bytes]:
        return files_in(self._root, own=own)

    def write(self, path: str, content: bytes) -> None:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def delete(self, path: str) -> None:
        target = self._root / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    def move(self, path: str, to: str) -> None:
        (self._root / path).rename(self._root / to)


def far_of(remote: Remote) -> Far:
    """The owner's view of a remote that this process can look into."""
    match remote:
        case MemoryRemote():
            return MemoryFar(remote)
        case LocalRemote():
            return DiskFar(Path(remote.name.removeprefix("local:")))
        case RcloneRemote():
            # of a backend that keeps its files in a directory as they are
            return DiskFar(Path(remote.name.rpartition(":")[2]))
        case _:
            raise TypeError(f"nobody told how to look into {remote.name}")


def files_in(root: Path, *, own: bool = False) -> dict[str, bytes]:
    """All whole regular files below a directory: what is half written counts for nothing."""
    found: dict[str, bytes] = {}
    for directory, names, files in os.walk(root):
        if not own and Path(directory) == root and RESERVED in names:
            names.remove(RESERVED)
        for name in files:
            path = Path(directory) / name
            if not path.is_symlink() and not name.startswith(TEMPORARY_PREFIX):
                found[str(path.relative_to(root))] = path.read_bytes()
    return found
