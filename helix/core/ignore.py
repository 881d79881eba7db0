"""Which paths are nobody's business: Helix's own directory and whatever `.helixignore` names?

The syntax is gitignore's, through pathspec. A pattern that can't be read is reported and left out; the others hold.
A path that becomes ignored is left alone on both sides, never deleted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from pathspec import GitIgnoreSpec

from helix.core.trees import Kind, parent_of

OWN = ".helix"
FILE_NAME = ".helixignore"


@dataclass(frozen=True, slots=True)
class BadPattern:
    """A line of `.helixignore` that is no pattern."""

    line: int
    text: str
    cause: str


class Ignore:
    """The filter of one folder; call it with a path and its kind."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        good, self.bad = _readable(lines)
        self._spec = GitIgnoreSpec.from_lines(good) if good else None
        self._brings_back = any(line.startswith("!") for line in good)
        self.shut: tuple[str, ...] = ()
        """Regular expressions. A directory in whose path, with a `/` at its end, one is found holds only ignored paths.

        None of them where a pattern brings something back: then it takes more than one to tell.
        """
        if self._spec is not None and not self._brings_back:
            self.shut = tuple(one.regex.pattern for one in self._spec.patterns if one.regex is not None)
        self.digest = blake2b("\n".join(good).encode(), digest_size=16).digest()
        """Names the patterns: equal for equal filters."""

    @property
    def is_empty(self) -> bool:
        """Whether it hides nothing but Helix's own directory."""
        return self._spec is None

    def __call__(self, path: str, kind: Kind) -> bool:
        """Whether nothing shall be done about the path."""
        if path == OWN or path.startswith(OWN + "/"):
            return True
        if self._spec is None:
            return False
        if self._brings_back and "/" in path and self(parent_of(path), Kind.DIRECTORY):
            return True  # git does not look into an ignored directory, so nothing in it is brought back
        return self._spec.match_file(path + "/" if kind is Kind.DIRECTORY else path)


def _readable(lines: Iterable[str]) -> tuple[list[str], tuple[BadPattern, ...]]:
    good, bad = [], []
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        try:
            spec = GitIgnoreSpec.from_lines([line])
        except ValueError as error:
            bad.append(BadPattern(number, line, str(error)))
        else:
            good += [line] if len(spec.patterns) and spec.patterns[0].include is not None else []
    return good, tuple(bad)
