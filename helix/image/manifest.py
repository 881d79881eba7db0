"""Is every file that was shipped still there, and still the same?

The image build ends with `write`, the start-up probe begins with `verify`. A manifest holds the release
(version, commit, build time) and path, size, mode and SHA-256 of each file below one root. Links are
recorded as links and never followed, so neither side can be led out of the root.
"""

import hashlib
import importlib.machinery
import json
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from helix.errors import HelixError

SCHEMA = 1
FILE_NAME = "manifest.json"
BLOCK = 1 << 20

RUNTIME_DIRECTORIES = frozenset({".git", ".venv", "var", "node_modules", "__pycache__"})
"""Made by tools or by a run, not shipped."""
CACHE_SUFFIXES = ("_cache", ".egg-info")
IMPORTABLE = tuple(importlib.machinery.all_suffixes())

REBUILD = "rebuild the image and deploy it again; do not repair files in a running container"


class ManifestError(HelixError):
    """There is no manifest, or it is not one."""


@dataclass(frozen=True, slots=True)
class Release:
    """Which release this is; an empty string is "unknown"."""

    version: str = ""
    commit: str = ""
    built: str = ""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One shipped file; `link` is the target of a symbolic link, whose text is then what is hashed."""

    path: str
    size: int
    mode: int
    sha256: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The release and all its files, sorted by path."""

    release: Release
    files: tuple[FileRecord, ...]


class DifferenceKind(StrEnum):
    """How the disk differs from the manifest."""

    MISSING = "missing"
    ALTERED = "altered"
    MODE = "mode"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as it was shipped, and what to do."""

    kind: DifferenceKind
    path: str
    detail: str
    remedy: str

    def __str__(self) -> str:
        """Give one line for a terminal or a 503 body."""
        return f"{self.path}: {self.detail}"


def shipped_files(root: Path) -> Iterator[str]:
    """Yield every file below root that an image ships: no caches, no state, no manifest."""
    pending = [""]
    while pending:
        folder = pending.pop()
        with os.scandir(root / folder) as entries:
            for entry in sorted(entries, key=lambda item: item.name):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not _is_made_at_run_time(entry):
                        pending.append(path)
                elif path != FILE_NAME and not entry.name.endswith(".pyc") and _is_file_or_link(entry):
                    yield path


def build(root: Path, files: Iterable[str], release: Release) -> Manifest:
    """Describe the named files below root."""
    return Manifest(release, tuple(sorted((_record(root, path) for path in files), key=lambda record: record.path)))


def write(root: Path, files: Iterable[str], *, release: Release, output: Path | None = None) -> Manifest:
    """Describe the files and write the manifest, by default to manifest.json in the root."""
    manifest = build(root, files, release)
    target = output or root / FILE_NAME
    body = {
        "schema": SCHEMA,
        "release": asdict(release),
        "files": [_as_json(record) for record in manifest.files],
    }
    temporary = target.with_name(target.name + ".new")
    temporary.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    temporary.replace(target)
    return manifest


def read(path: Path) -> Manifest:
    """Read a manifest; anything unexpected in it is `ManifestError`."""
    remedy = "run `helix image manifest write` as the last step of the image build"
    try:
        body = json.loads(path.read_bytes())
        if body["schema"] != SCHEMA:
            raise ManifestError(f"{path.name} has schema {body['schema']!r}, not {SCHEMA}", remedy=remedy)
        release = Release(**{key: str(value) for key, value in body["release"].items()})
        files = tuple(_from_json(item) for item in body["files"])
    except OSError as error:
        raise ManifestError(f"can't read {path.name}: {error.strerror}", remedy=remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ManifestError(f"{path.name} is not a manifest: {error!r}", remedy=remedy) from error
    return Manifest(release, files)


def verify(root: Path, manifest: Manifest) -> list[Difference]:
    """Compare the disk with the manifest; an empty list means that all is as shipped.

    Modes are compared only where the file system has them. Of files that were not shipped, only importable
    ones are named, because those can shadow a module.
    """
    differences: list[Difference] = []
    modes: list[tuple[FileRecord, int]] = []
    for record in manifest.files:
        found = _compare(root, record)
        if isinstance(found, Difference):
            differences.append(found)
        else:
            modes.append((record, found))
    differences.extend(_mode_differences(modes))
    differences.extend(_extra_modules(root, manifest))
    return differences


def _is_made_at_run_time(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    return (
        name in RUNTIME_DIRECTORIES
        or name.endswith(CACHE_SUFFIXES)
        or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
    )


def _is_file_or_link(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() or entry.is_file(follow_symlinks=False)


def _record(root: Path, path: str) -> FileRecord:
    try:
        status = os.lstat(root / path)
        if stat.S_ISLNK(status.st_mode):
            target = os.readlink(root / path)
            return FileRecord(path, status.st_size, 0o777, _text_digest(target), target)
        return FileRecord(path, status.st_size, stat.S_IMODE(status.st_mode), _digest(root / path))
    except OSError as error:
        raise HelixError(f"can't read {path}: {error.strerror}", remedy="check the image build's COPY lines") from error


def _digest(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with open(descriptor, "rb", buffering=0) as stream:
        digest = hashlib.sha256()
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _text_digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()


def _as_json(record: FileRecord) -> dict[str, Any]:
    item = {"path": record.path, "size": record.size, "mode": f"{record.mode:04o}", "sha256": record.sha256}
    return item if record.link is None else {**item, "link": record.link}


def _from_json(item: dict[str, Any]) -> FileRecord:
    path = str(item["path"])
    if not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise ValueError(f"path {path!r} leads out of the root")
    link = item.get("link")
    return FileRecord(
        path,
        int(item["size"]),
        int(str(item["mode"]), 8),
        str(item["sha256"]),
        None if link is None else str(link),
    )


def _compare(root: Path, record: FileRecord) -> Difference | int:
    """Return how the content differs, or the mode found where it does not."""
    try:
        status = os.lstat(root / record.path)
        if stat.S_ISLNK(status.st_mode) or record.link is not None:
            return _compare_link(root / record.path, record, is_link=stat.S_ISLNK(status.st_mode))
        detail = _content_difference(root / record.path, record, status)
    except (FileNotFoundError, NotADirectoryError):
        return Difference(DifferenceKind.MISSING, record.path, "was shipped and is missing", REBUILD)
    except OSError as error:
        detail = f"can't be read: {error.strerror}"
    return _altered(record, detail) if detail else stat.S_IMODE(status.st_mode)


def _content_difference(path: Path, record: FileRecord, status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "was shipped as a file and is none"
    if status.st_size != record.size:
        return f"{record.size} bytes were shipped, {status.st_size} are there"
    return "" if _digest(path) == record.sha256 else "its content is not what was shipped (SHA-256 differs)"


def _compare_link(path: Path, record: FileRecord, *, is_link: bool) -> Difference | int:
    if not is_link:
        return _altered(record, f"was shipped as a link to {record.link} and is none")
    target = os.readlink(path)
    if record.link is None:
        return _altered(record, f"was shipped as a file and is a link to {target}")
    if target != record.link:
        return _altered(record, f"was shipped as a link to {record.link} and leads to {target}")
    return record.mode


def _altered(record: FileRecord, detail: str) -> Difference:
    return Difference(DifferenceKind.ALTERED, record.path, detail, REBUILD)


def _mode_differences(found: Sequence[tuple[FileRecord, int]]) -> Iterator[Difference]:
    plain = [(record, mode) for record, mode in found if record.link is None]
    if not _has_modes(plain):
        return
    for record, mode in plain:
        if mode != record.mode:
            detail = f"mode {record.mode:04o} was shipped, {mode:04o} is there"
            yield Difference(DifferenceKind.MODE, record.path, detail, f"chmod {record.mode:04o}, or {REBUILD}")


def _has_modes(found: Sequence[tuple[FileRecord, int]]) -> bool:
    """Tell whether the file system keeps modes: one that doesn't shows a single mode for every file."""
    if os.name == "nt":
        return False
    seen = {mode for _, mode in found}
    return len(found) < 2 or len(seen) > 1 or seen == {record.mode for record, _ in found}


def _extra_modules(root: Path, manifest: Manifest) -> Iterator[Difference]:
    known = {record.path for record in manifest.files}
    for path in shipped_files(root):
        if path.endswith(IMPORTABLE) and path not in known:
            detail = "was not shipped and can be imported, so it may stand before a shipped module"
            yield Difference(DifferenceKind.EXTRA, path, detail, f"delete it, or {REBUILD}")
