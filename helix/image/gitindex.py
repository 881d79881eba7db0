"""Which files does git track here?

Reads `.git/index` itself. `git ls-files` would run what the checked repository's configuration names as its file
system monitor, and nothing of a checked repository is ever run.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 256 << 20
SUBMODULE = 0o160000
ENTRY = struct.Struct(">40x20sH")


@dataclass(frozen=True, slots=True)
class Tracked:
    """The tracked files below a folder, and the submodules, whose content git keeps elsewhere."""

    files: frozenset[str]
    submodules: tuple[str, ...] = ()

    def __contains__(self, path: str) -> bool:
        """Tell whether git keeps the file."""
        return path in self.files or any(path == name or path.startswith(name + "/") for name in self.submodules)

    def holds(self, folder: str) -> bool:
        """Tell whether git keeps anything at or below the path."""
        prefix = folder.rstrip("/") + "/"
        return not folder or folder in self or any(path.startswith(prefix) for path in self.files)


def tracked(folder: Path) -> Tracked | None:
    """List what git tracks below the folder; None when this is no (readable) git checkout."""
    folder = folder.resolve()
    for root in (folder, *folder.parents):
        index = _index(root)
        if index is not None:
            inside = folder.relative_to(root).as_posix()
            return _read(index, "" if inside == "." else inside + "/")
    return None


def _index(root: Path) -> Path | None:
    try:
        git = root / ".git"
        if git.is_file():
            target = git.read_text(encoding="utf-8", errors="replace")[:4096].removeprefix("gitdir:").strip()
            git = root / target
        return git / "index" if (git / "index").is_file() else None
    except (OSError, ValueError):
        return None


def _read(index: Path, prefix: str) -> Tracked | None:
    try:
        if index.stat().st_size > LARGEST:
            return None
        entries = list(_entries(index.read_bytes()))
    except (OSError, struct.error, ValueError, IndexError):
        return None
    inside = [(mode, path.removeprefix(prefix)) for mode, path in entries if path.startswith(prefix)]
    files = frozenset(path for mode, path in inside if mode != SUBMODULE)
    return Tracked(files, tuple(path for mode, path in inside if mode == SUBMODULE))


def _entries(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield mode and path of each entry, for index versions 2, 3 and 4."""
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError("not a git index")
    at, previous = 12, b""
    for _ in range(count):
        start = at
        (mode,) = struct.unpack_from(">I", data, at + 24)
        _, flags = ENTRY.unpack_from(data, at)
        at += ENTRY.size + (2 if flags & 0x4000 else 0)
        if version == 4:
            dropped, at = _varint(data, at)
            previous = previous[: len(previous) - dropped]
        end = data.index(b"\0", at)
        name = (previous if version == 4 else b"") + data[at:end]
        previous = name
        at = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
        yield mode, name.decode("utf-8", errors="surrogateescape")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1
