"""Which files can COPY see?

Walks the build context without following links and applies the ignore file. Files that .dockerignore keeps out stay
known, with the line that keeps them out: that line is the remedy when one of them is needed.
"""

import fnmatch
import os
import posixpath
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from helix.errors import HelixError
from helix.image import dockerignore
from helix.image.dockerignore import IgnoreFile, Pattern

MOST_FILES = 200_000
LONGEST_WALK = 20.0
LARGEST_TEXT = 4 << 20
NEVER_CODE = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache"})


class ContextError(HelixError):
    """The folder can't be used as a build context."""


@dataclass(frozen=True)
class Context:
    """The files of a folder: `links` maps a link to its target, `folders` holds every folder."""

    root: Path
    files: frozenset[str]
    links: dict[str, str]
    folders: frozenset[str]
    ignore: IgnoreFile = dockerignore.NOTHING
    _decisions: dict[str, Pattern | None] = field(default_factory=dict)

    def ignored_by(self, path: str) -> Pattern | None:
        """Give the line of the ignore file that keeps this path out."""
        if path not in self._decisions:
            self._decisions[path] = self.ignore.decide(path)
        return self._decisions[path]

    @cached_property
    def visible(self) -> frozenset[str]:
        """Every file that COPY can see."""
        return frozenset(path for path in self.files if self.ignored_by(path) is None)

    @cached_property
    def visible_folders(self) -> frozenset[str]:
        """Every folder that COPY can see: one that is not ignored, or that holds a visible file."""
        found = {""} | {path for path in self.folders if self.ignored_by(path) is None}
        for path in self.visible:
            found.update(parents(path))
        return frozenset(found)

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The visible files and folders of each folder, by path."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.visible | self.visible_folders):
            if path:
                found.setdefault(posixpath.dirname(path), []).append(path)
        return found

    def below(self, folder: str) -> Iterator[str]:
        """Yield the visible files below a folder."""
        pending = [folder]
        while pending:
            for path in self.children.get(pending.pop(), ()):
                if path in self.files:
                    yield path
                else:
                    pending.append(path)

    def matching(self, pattern: str) -> list[str]:
        """List visible paths that a COPY source names; wildcards match within one path component."""
        if not re.search(r"[*?\[]", pattern):
            return [pattern] if pattern in self.visible or pattern in self.visible_folders else []
        found = [""]
        for part in pattern.split("/"):
            below = [child for folder in found for child in self.children.get(folder, ())]
            found = [path for path in below if fnmatch.fnmatchcase(posixpath.basename(path), part)]
        return found

    def text(self, path: str) -> str | None:
        """Read a file of the context as text; None when it is absent, no file, or far too large."""
        return read_text(self.root / path) if path in self.files and path not in self.links else None


def read_text(path: Path) -> str | None:
    """Read a small regular file, whatever its bytes are."""
    try:
        status = os.lstat(path)
        if not os.path.isfile(path) or os.path.islink(path) or status.st_size > LARGEST_TEXT:
            return None
        return path.read_bytes().decode("utf-8", errors="replace")
    except (OSError, ValueError):
        return None


def parents(path: str) -> Iterator[str]:
    """Yield every folder above a relative path, nearest first."""
    while path:
        path = posixpath.dirname(path)
        yield path


def load(root: Path, ignore: IgnoreFile = dockerignore.NOTHING) -> Context:
    """Walk a folder; links are noted and never followed."""
    if not root.is_dir():
        raise ContextError(f"{root} is no folder", remedy="name the build context with --context")
    files: list[str] = []
    folders: list[str] = []
    links: dict[str, str] = {}
    until = time.monotonic() + LONGEST_WALK
    pending = [""]
    while pending:
        folder = pending.pop()
        if len(files) > MOST_FILES or time.monotonic() > until:
            raise ContextError(
                f"{root} holds more than {MOST_FILES} files or takes longer than {LONGEST_WALK:.0f} s to list",
                remedy="name a smaller build context with --context",
            )
        for entry in _entries(root / folder):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                links[path] = _target(entry.path)
                files.append(path)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(path)
                if entry.name not in NEVER_CODE and not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                    pending.append(path)
            elif entry.is_file(follow_symlinks=False):
                files.append(path)
    return Context(root, frozenset(files), links, frozenset(folders), ignore)


def find_ignore_file(root: Path, dockerfile: Path | None) -> IgnoreFile:
    """Read the ignore file that counts: the Dockerfile's own comes before the context's."""
    candidates = [root / ".dockerignore"]
    if dockerfile is not None:
        candidates.insert(0, dockerfile.with_name(dockerfile.name + ".dockerignore"))
    for candidate in candidates:
        text = read_text(candidate)
        if text is not None:
            name = os.path.relpath(candidate, root)
            return dockerignore.parse(text, name)
    return dockerignore.NOTHING


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _target(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
