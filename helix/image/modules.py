"""What does one module need: which imports, which files, and when?

The grade says when it matters. START: as soon as the module is imported. CONDITIONAL: on a branch. LAZY: inside a
function that the module itself does not call. GUARDED: absence is provided for.
"""

from dataclasses import dataclass
from enum import IntEnum

from helix.image.paths import PathValue


class Grade(IntEnum):
    """When something is needed; a smaller number is worse if it is absent."""

    START = 0
    CONDITIONAL = 1
    LAZY = 2
    GUARDED = 3


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `names` are those after `from … import`; `is_dotted` text may end in an attribute (`app.urls.x`).

    `files` is the grade for files that the imported module reads: `except ImportError` provides for no missing file.
    """

    module: str
    names: tuple[str, ...]
    level: int
    line: int
    grade: Grade
    is_dotted: bool = False
    files: Grade = Grade.START


@dataclass(frozen=True, slots=True)
class Walk:
    """All modules below a package get imported (pkgutil, a loop over a folder of extensions)."""

    package: str
    line: int
    grade: Grade
    files: Grade = Grade.START


@dataclass(frozen=True, slots=True)
class Reference:
    """A file or a folder that is read."""

    path: PathValue
    line: int
    grade: Grade


@dataclass(frozen=True, slots=True)
class Need:
    """Where something is needed: the file in the image ("" for the entry point itself), and how it got there."""

    file: str
    line: int
    grade: Grade
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a module needs and offers; `bound` None means that its names can't be told."""

    imports: tuple[Import, ...] = ()
    walks: tuple[Walk, ...] = ()
    references: tuple[Reference, ...] = ()
    bound: frozenset[str] | None = None
    error: str = ""
    error_line: int = 0
