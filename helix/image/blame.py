"""Why is a file of the repository not where it is needed, and which line changes that?"""

import posixpath
from dataclasses import dataclass
from functools import cached_property

from helix.image.build import Image
from helix.image.checkout import Checkout, sources
from helix.image.dockerignore import IgnoreFile
from helix.image.filesystem import is_below
from helix.image.findings import Place


@dataclass(frozen=True)
class Cause:
    """The reason, the remedy, and the line to change."""

    message: str
    remedy: str
    place: Place


@dataclass
class Blame:
    """Explains absences in one image."""

    image: Image
    checkout: Checkout
    dockerfile: str
    ignore: IgnoreFile

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        return sources(self.image.system)

    def absent(self, path: str, wanted: str) -> Cause:
        """Explain why a repository file (absolute) is not at the wanted path of the image."""
        inside = path.lstrip("/")
        context_path = posixpath.relpath(inside, self.checkout.prefix) if self.checkout.prefix else inside
        present = self._present(context_path)
        if present is not None:
            return self._elsewhere(inside, present, wanted)
        if context_path.startswith("../"):
            message = f"{inside} is outside the build context ({self.checkout.prefix})"
            return Cause(message, f"build with a context that holds {inside}", self.last_copy(wanted))
        pattern = self.ignore.decide(context_path)
        if pattern is not None:
            name = posixpath.normpath(self.checkout.path_of(self.ignore.name))
            message = f"{inside} is kept out of the build context by {pattern.text!r} in {name}"
            return Cause(message, f"add !{context_path} below that line", Place(name, pattern.line))
        place = self.last_copy(wanted)
        remedy = f"add `COPY {context_path} {wanted}` after line {place.line} of {self.dockerfile}"
        return Cause(f"{inside} is in the repository and no COPY puts it into the image", remedy, place)

    def last_copy(self, wanted: str) -> Place:
        """Give the COPY line that fills the nearest folder."""
        best, length = 0, -1
        for copy in self.image.copies:
            if is_below(wanted, copy.target) and len(copy.target) >= length:
                best, length = copy.line, len(copy.target)
        last = best or max((copy.line for copy in self.image.copies), default=1)
        return Place(self.dockerfile, last)

    def _present(self, path: str) -> str | None:
        """Give where in the image a file, or the package in a folder, is."""
        if path in self._sources:
            return self._sources[path][0]
        packages = [file for file in self._sources.get(path + "/__init__.py", ()) if file.endswith("/__init__.py")]
        return posixpath.dirname(packages[0]) if packages else None

    def _elsewhere(self, inside: str, present: str, wanted: str) -> Cause:
        file = present if present in self.image.system.files else present + "/__init__.py"
        line = self.image.system.files[file].line
        folder = posixpath.dirname(present)
        message = f"{inside} is in the image as {present}, and no folder of sys.path leads there"
        remedy = f"copy it to {wanted}, or put the folder above it on PYTHONPATH (now it lies in {folder})"
        return Cause(message, remedy, Place(self.dockerfile, line))
