"""Which path inside the image comes from which file of the repository?

A model, not a file system: a file is where it came from. `python3.12` in a path becomes `python3`, because the folder
of an interpreter is the same whichever release it is. A folder is *open* when something that can't be foreseen (a
download, a foreign image) put files into it: what is not found below it may be there all the same.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

INTERPRETER = re.compile(r"/python3\.\d+(?=/|$)")
MOST_LINKS = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from: a path of the context, or a text that a RUN line wrote; and the Dockerfile's line."""

    source: str | None
    line: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Distributions that were installed into one folder.

    `is_locked`: nothing else can be among them. `is_open`: something was installed that can't be named.
    """

    names: frozenset[str]
    is_locked: bool
    is_open: bool
    line: int

    def joined(self, other: "Bundle") -> "Bundle":
        """Two installations into the same folder: locked only where both are."""
        is_locked, is_open = self.is_locked and other.is_locked, self.is_open or other.is_open
        return Bundle(self.names | other.names, is_locked, is_open, other.line)


@dataclass(slots=True)
class FileSystem:
    """The files of one stage, all paths absolute and clean.

    `roots` are the folders of editable installations, `scripts` the console scripts of projects (name → module:attr).
    """

    files: dict[str, Origin] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    children: dict[str, set[str]] = field(default_factory=lambda: {"/": set()})
    open_folders: set[str] = field(default_factory=set)
    bundles: dict[str, Bundle] = field(default_factory=dict)
    roots: set[str] = field(default_factory=set)
    scripts: dict[str, str] = field(default_factory=dict)

    def fork(self) -> "FileSystem":
        """Start a stage from this one."""
        return FileSystem(
            dict(self.files),
            dict(self.links),
            {folder: set(names) for folder, names in self.children.items()},
            set(self.open_folders),
            dict(self.bundles),
            set(self.roots),
            dict(self.scripts),
        )

    def add_folder(self, path: str) -> None:
        """Make a folder and those above it."""
        for part in prefixes(path):
            if part not in self.children:
                self.children[part] = set()
                self.children[posixpath.dirname(part)].add(posixpath.basename(part))

    def add_file(self, path: str, origin: Origin) -> None:
        """Put a file there, over whatever was there."""
        path = self.real(clean(path))
        self.add_folder(posixpath.dirname(path))
        self.children[posixpath.dirname(path)].add(posixpath.basename(path))
        self.links.pop(path, None)
        self.files[path] = origin

    def add_link(self, path: str, target: str) -> None:
        """Put a symbolic link there."""
        path = clean(path)
        self.add_folder(posixpath.dirname(path))
        self.children[posixpath.dirname(path)].add(posixpath.basename(path))
        self.links[path] = target

    def install(self, folder: str, bundle: Bundle) -> None:
        """Put distributions into a folder, besides those that are there."""
        folder = clean(folder)
        present = self.bundles.get(folder)
        self.bundles[folder] = present.joined(bundle) if present else bundle

    def remove(self, path: str) -> None:
        """Delete a file, a link or a whole folder."""
        path = clean(path)
        for found in list(self.walk(path)):
            self.files.pop(found, None)
        self.files.pop(path, None)
        self.links.pop(path, None)
        for folder in [folder for folder in self.children if is_below(folder, path) and folder != "/"]:
            del self.children[folder]
        for folder in [folder for folder in self.bundles if is_below(folder, path)]:
            del self.bundles[folder]
        above = self.children.get(posixpath.dirname(path))
        if above is not None:
            above.discard(posixpath.basename(path))

    def real(self, path: str) -> str:
        """Follow the links in a path, as far as they can be followed."""
        for _ in range(MOST_LINKS):
            link = next((part for part in prefixes(path) if part in self.links), None)
            if link is None:
                return path
            rest = path[len(link) :].lstrip("/")
            path = clean(posixpath.join(posixpath.dirname(link), self.links[link], rest))
        return path

    def is_file(self, path: str) -> bool:
        """Tell whether there is a file."""
        return path in self.files or (bool(self.links) and self.real(path) in self.files)

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder."""
        return path in self.children or (bool(self.links) and self.real(path) in self.children)

    def exists(self, path: str) -> bool:
        """Tell whether there is anything."""
        return self.is_file(path) or self.is_folder(path)

    def origin(self, path: str) -> Origin | None:
        """Tell where a file comes from."""
        return self.files.get(path) or self.files.get(self.real(path))

    def names(self, folder: str) -> list[str]:
        """List a folder."""
        return sorted(self.children.get(folder) or self.children.get(self.real(folder)) or ())

    def walk(self, folder: str) -> Iterator[str]:
        """Yield the files and links below a folder."""
        pending = [folder]
        while pending:
            here = pending.pop()
            for name in sorted(self.children.get(here, ())):
                path = posixpath.join(here, name)
                if path in self.children:
                    pending.append(path)
                else:
                    yield path

    def may_hold(self, path: str) -> bool:
        """Tell whether something that can't be foreseen may have put this path there."""
        return any(is_below(path, folder) for folder in self.open_folders)


def clean(path: str) -> str:
    """Give the one spelling of an absolute path."""
    path = posixpath.normpath("/" + path.lstrip("/"))
    return INTERPRETER.sub("/python3", path) if "/python3." in path else path


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or in it."""
    return folder in {"/", path} or path.startswith(folder + "/")


def prefixes(path: str) -> Iterator[str]:
    """Yield `/a`, `/a/b`, `/a/b/c` for `/a/b/c`."""
    at = path.find("/", 1)
    while at > 0:
        yield path[:at]
        at = path.find("/", at + 1)
    yield path
