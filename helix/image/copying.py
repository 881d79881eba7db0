"""What does one COPY or ADD put where?

As the builder does it: a folder's *contents* are copied; a file goes into the destination if that ends in a slash, is
a folder already, or takes several sources; wildcards match within one path component.
"""

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from helix.image import dockerignore
from helix.image.context import Context
from helix.image.filesystem import FileSystem, Origin, clean, is_below

ARCHIVE = re.compile(r"\.(tar|tgz|tbz2|txz|tar\.(gz|bz2|xz|zst))$")
REMOTE = re.compile(r"^(https?|ftp)://|^git@|^ssh://|\.git(#.*)?$")


@dataclass(frozen=True, slots=True)
class Copy:
    """One COPY or ADD, with all variables expanded."""

    sources: tuple[str, ...]
    destination: str
    line: int
    working_directory: str
    keeps_parents: bool = False
    excludes: tuple[str, ...] = ()
    is_add: bool = False

    @property
    def target(self) -> str:
        """The absolute destination."""
        return clean(posixpath.join(self.working_directory, self.destination))

    @property
    def is_into_folder(self) -> bool:
        """Tell whether the destination can only be a folder."""
        return len(self.sources) > 1 or self.destination in {".", ".."} or self.destination.endswith(("/", "/.", "/.."))


@dataclass(slots=True)
class Copied:
    """Which sources matched nothing."""

    missing: list[str] = field(default_factory=list)


def from_context(system: FileSystem, context: Context, copy: Copy) -> Copied:
    """Copy from the build context."""
    result = Copied()
    for source in copy.sources:
        if copy.is_add and REMOTE.search(source):
            _add_remote(system, copy, source)
            continue
        pivot, wanted = _context_path(source)
        matched = context.matching(wanted)
        if not matched:
            result.missing.append(source)
        for path in matched:
            _from_context(system, context, copy, path, pivot)
    return result


def from_stage(system: FileSystem, origin: FileSystem, copy: Copy) -> Copied:
    """Copy from another stage, with the distributions that are installed there."""
    result = Copied()
    system.roots |= origin.roots
    for source in copy.sources:
        matched = _matching(origin, clean(source))
        if not matched and not origin.may_hold(clean(source)):
            result.missing.append(source)
        for path in matched or [clean(source)]:
            _from_stage(system, origin, copy, path)
    return result


def from_elsewhere(system: FileSystem, copy: Copy) -> None:
    """Copy from an image that can't be looked into: what arrives is not known."""
    for source in copy.sources:
        target = copy.target
        if copy.is_into_folder and not source.endswith("/") and posixpath.basename(source):
            target = posixpath.join(target, posixpath.basename(source))
        system.open_folders.add(target)


def _context_path(source: str) -> tuple[str, str]:
    """Give the part before `/./` (dropped by --parents) and the path in the context."""
    head, mark, _ = source.partition("/./")
    pivot = clean(head)[1:] if mark else ""
    return pivot, clean(source)[1:]


def _from_context(system: FileSystem, context: Context, copy: Copy, path: str, pivot: str) -> None:
    if path in context.files:
        followed = _followed(context, path)
        if followed is not None and followed != path and followed in context.visible_folders:
            _folder_from_context(system, context, copy, followed, _folder_target(copy, path, pivot))
            return
        if copy.is_add and ARCHIVE.search(path):
            system.open_folders.add(copy.target)
        elif not _is_excluded(copy, posixpath.basename(path)):
            system.add_file(_file_target(system, copy, path, pivot), Origin(followed or path, copy.line))
        return
    _folder_from_context(system, context, copy, path, _folder_target(copy, path, pivot))


def _folder_from_context(system: FileSystem, context: Context, copy: Copy, folder: str, target: str) -> None:
    system.add_folder(system.real(target))
    for path in sorted(context.below(folder)):
        inside = path[len(folder) :].lstrip("/")
        if _is_excluded(copy, inside):
            continue
        if path in context.links:
            system.add_link(posixpath.join(target, inside), context.links[path])
        else:
            system.add_file(posixpath.join(target, inside), Origin(path, copy.line))
    for path in context.visible_folders:
        if is_below("/" + path, "/" + folder) and not _is_excluded(copy, path[len(folder) :].lstrip("/")):
            system.add_folder(system.real(clean(posixpath.join(target, path[len(folder) :].lstrip("/")))))


def _followed(context: Context, path: str) -> str | None:
    """Follow a link that is itself named as a source, inside the context."""
    for _ in range(20):
        if path not in context.links:
            return path
        path = clean(posixpath.join("/", posixpath.dirname(path), context.links[path]))[1:]
    return None


def _file_target(system: FileSystem, copy: Copy, path: str, pivot: str) -> str:
    if copy.keeps_parents:
        return posixpath.join(copy.target, path[len(pivot) :].lstrip("/"))
    if copy.is_into_folder or system.is_folder(copy.target):
        return posixpath.join(copy.target, posixpath.basename(path))
    return copy.target


def _folder_target(copy: Copy, path: str, pivot: str) -> str:
    return clean(posixpath.join(copy.target, path[len(pivot) :].lstrip("/"))) if copy.keeps_parents else copy.target


def _is_excluded(copy: Copy, path: str) -> bool:
    return bool(copy.excludes) and bool(path) and dockerignore.matches_any(copy.excludes, path)


def _add_remote(system: FileSystem, copy: Copy, source: str) -> None:
    name = posixpath.basename(source.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0])
    is_file = re.search(r"\.\w+$", name) and not name.endswith(".git")
    into = posixpath.join(copy.target, name) if copy.is_into_folder and is_file else copy.target
    system.open_folders.add(into)


def _matching(origin: FileSystem, pattern: str) -> list[str]:
    if not re.search(r"[*?\[]", pattern):
        real = origin.real(pattern)
        return [real] if origin.exists(real) or _bundles_below(origin, real) else []
    found = ["/"]
    for part in pattern.strip("/").split("/"):
        found = [
            posixpath.join(folder, name)
            for folder in found
            for name in origin.names(folder)
            if fnmatch.fnmatchcase(name, part)
        ]
    return found


def _bundles_below(origin: FileSystem, path: str) -> list[str]:
    return [folder for folder in origin.bundles if is_below(folder, path)]


def _from_stage(system: FileSystem, origin: FileSystem, copy: Copy, path: str) -> None:
    if origin.is_file(path):
        found = origin.origin(path)
        if found is not None:
            system.add_file(_file_target(system, copy, path, ""), Origin(found.source, copy.line, found.text))
        return
    target = clean(posixpath.join(copy.target, path.lstrip("/"))) if copy.keeps_parents else copy.target
    for old, new in _moved(origin, path, target):
        if old in origin.links:
            system.add_link(new, origin.links[old])
        else:
            system.add_file(new, Origin(origin.files[old].source, copy.line, origin.files[old].text))
    for folder in [folder for folder in origin.children if is_below(folder, path)]:
        system.add_folder(clean(posixpath.join(target, folder[len(path) :].lstrip("/"))))
    for folder in _bundles_below(origin, path):
        system.install(posixpath.join(target, folder[len(path) :].lstrip("/")), origin.bundles[folder])
        system.scripts |= origin.scripts
    for folder in origin.open_folders:
        if is_below(folder, path):
            system.open_folders.add(clean(posixpath.join(target, folder[len(path) :].lstrip("/"))))
        elif is_below(path, folder):
            system.open_folders.add(target)


def _moved(origin: FileSystem, path: str, target: str) -> Iterator[tuple[str, str]]:
    for old in origin.walk(path):
        yield old, clean(posixpath.join(target, old[len(path) :].lstrip("/")))
