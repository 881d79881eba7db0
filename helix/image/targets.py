"""What does an entry point start in the end: which script, which module, with which sys.path?"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from helix.image.filesystem import FileSystem, clean


class TargetKind(StrEnum):
    """What is started, or what stands in the way."""

    SCRIPT = "script"
    MODULE = "module"
    CODE = "code"
    PROGRAM = "program"
    MISSING_SCRIPT = "missing-script"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to prove. `name` is a path, a module, a Python text or a program that a distribution brings.

    `is_main` modules run as `__main__`; `attribute` has to be bound in the module.
    """

    kind: TargetKind
    name: str
    path: tuple[str, ...] = ()
    directory: str = "/"
    is_main: bool = False
    attribute: str = ""
    distributions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a command runs."""

    system: FileSystem
    directory: str
    environment: Mapping[str, str]

    def located(self, path: str) -> str:
        """Make a path absolute."""
        return clean(posixpath.join(self.directory, path))

    def moved(self, directory: str) -> "Surroundings":
        """Change the working directory."""
        return Surroundings(self.system, self.located(directory), self.environment)

    def search_path(self, first: str | None) -> tuple[str, ...]:
        """Give sys.path up to the standard library: the entry's own folder, then PYTHONPATH.

        An empty item of PYTHONPATH means the working directory; PYTHONSAFEPATH drops the entry's own folder.
        """
        folders = [] if first is None or self.environment.get("PYTHONSAFEPATH") else [clean(first)]
        variable = self.environment.get("PYTHONPATH", "")
        if variable:
            folders.extend(self.located(item) for item in variable.split(":"))
        return tuple(dict.fromkeys(folders))
