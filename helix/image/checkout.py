"""Where in the repository does a folder of the image come from, and is a file there at all?"""

import posixpath
from dataclasses import dataclass, field
from functools import cached_property

from helix.image.context import Context
from helix.image.copying import Copy, from_context
from helix.image.filesystem import FileSystem, clean
from helix.image.gitindex import Tracked

MOST_LOOKED_AT = 400


@dataclass(slots=False)
class Checkout:
    """The repository as it is on disk. `prefix` is the build context's folder in it ("" for the root)."""

    context: Context
    tracked: Tracked | None
    prefix: str = ""
    _roots: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def system(self) -> FileSystem:
        """Give the repository as a file system with its root at `/`."""
        system = FileSystem()
        from_context(system, self.context, Copy((".",), "/", 0, "/"))
        return system

    def path_of(self, source: str) -> str:
        """Give the repository path of a path of the build context."""
        return posixpath.join(self.prefix, source) if self.prefix else source

    def roots(self, image: FileSystem, folder: str) -> tuple[str, ...]:
        """Give the repository folders (as absolute paths) that a folder of the image was filled from."""
        key = (id(image), folder)
        if key not in self._roots:
            self._roots[key] = tuple(dict.fromkeys(self._find_roots(image, folder)))
        return self._roots[key]

    def keeps(self, path: str) -> bool:
        """Tell whether git keeps a file or a folder (given absolutely); without git, whether it is there."""
        return self.system.exists(path) and (self.tracked is None or self.tracked.holds(path.lstrip("/")))

    def _find_roots(self, image: FileSystem, folder: str) -> list[str]:
        found = []
        for name in image.names(folder)[:MOST_LOOKED_AT]:
            path = posixpath.join(folder, name)
            first = path if path in image.files else next(image.walk(path), None)
            origin = image.origin(first) if first else None
            if first is None or origin is None or origin.source is None:
                continue
            source, inside = "/" + self.path_of(origin.source), posixpath.relpath(first, folder)
            if source.endswith("/" + inside):
                found.append(clean(source[: -len(inside)]))
        return found


def sources(image: FileSystem) -> dict[str, list[str]]:
    """Tell for every path of the context where in the image it is."""
    found: dict[str, list[str]] = {}
    for path, origin in image.files.items():
        if origin.source is not None:
            found.setdefault(origin.source, []).append(path)
    return found
