"""Which file does `import a.b.c` find inside the image?

As Python's own path finder does it: a regular package or a module ends the search, a folder without `__init__` is a
namespace package and loses to either further down the path. Only built-in modules stand before the path.
"""

import posixpath
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helix.image.filesystem import FileSystem

FIRST_ANYWAY = frozenset(sys.builtin_module_names) | {
    "os",
    "io",
    "abc",
    "codecs",
    "site",
    "stat",
    "posixpath",
    "genericpath",
}
ADDED = {"tomllib": 11, "zoneinfo": 9, "graphlib": 9}
REMOVED = {
    **dict.fromkeys(("asynchat", "asyncore", "distutils", "imp", "smtpd"), 12),
    **dict.fromkeys(
        (
            "aifc",
            "audioop",
            "cgi",
            "cgitb",
            "chunk",
            "crypt",
            "imghdr",
            "lib2to3",
            "mailcap",
            "msilib",
            "nis",
            "nntplib",
        ),
        13,
    ),
    **dict.fromkeys(("ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"), 13),
}
STANDARD = frozenset(sys.stdlib_module_names) | set(REMOVED) | set(ADDED)
OF_TESTS_ONLY = frozenset({"__main__", "__mp_main__"})


@dataclass(frozen=True, slots=True)
class Spec:
    """A module that was found: its file (None for a namespace package) and where its submodules are looked for."""

    name: str
    file: str | None
    folders: tuple[str, ...] = ()

    @property
    def is_package(self) -> bool:
        """Tell whether it can have submodules."""
        return bool(self.folders)


def is_standard(name: str, python: tuple[int, int] | None) -> bool:
    """Tell whether a top-level name belongs to the standard library of the image's Python."""
    if name not in STANDARD:
        return False
    if python is None or python[0] != 3:
        return True
    return python[1] >= ADDED.get(name, 0) and python[1] < REMOVED.get(name, 99)


def find(system: FileSystem, folders: Iterable[str], name: str, dotted: str) -> Spec | None:
    """Look one name up in these folders."""
    portions: list[str] = []
    for folder in folders:
        base = posixpath.join(folder, name)
        found = _package_file(system, base)
        if found:
            return Spec(dotted, found, (base,))
        found = _module_file(system, folder, name)
        if found:
            return Spec(dotted, found)
        if system.is_folder(base):
            portions.append(base)
    return Spec(dotted, None, tuple(portions)) if portions else None


def all_files(system: FileSystem, folders: Sequence[str], name: str) -> list[str]:
    """List every file that this name could have meant, in the order of the path."""
    found = []
    for folder in folders:
        for path in (_package_file(system, posixpath.join(folder, name)), _module_file(system, folder, name)):
            if path and path not in found:
                found.append(path)
    return found


def holds_code(system: FileSystem, folders: Sequence[str]) -> bool:
    """Tell whether there is any module below these folders."""
    return any(path.endswith((".py", ".so", ".pyc")) for folder in folders for path in system.walk(system.real(folder)))


def submodules(system: FileSystem, spec: Spec) -> list[str]:
    """List the names of all direct submodules."""
    found = []
    for folder in spec.folders:
        for name in system.names(folder):
            path = posixpath.join(folder, name)
            if name.endswith(".py") and name != "__init__.py":
                found.append(name[:-3])
            elif system.is_folder(path) and name.isidentifier() and _package_file(system, path):
                found.append(name)
    return found


def _package_file(system: FileSystem, base: str) -> str | None:
    if not system.is_folder(base):
        return None
    return _module_file(system, base, "__init__")


def _module_file(system: FileSystem, folder: str, name: str) -> str | None:
    for suffix in (".py", ".pyc", ".so"):
        path = posixpath.join(folder, name + suffix)
        if system.is_file(path):
            return path
    names = system.children.get(folder) or system.children.get(system.real(folder)) or ()
    start = name + "."
    if len(names) > 1 or system.links:
        for child in names:
            if child.startswith(start) and child.endswith((".so", ".pyd")):
                return posixpath.join(folder, child)
    return None
