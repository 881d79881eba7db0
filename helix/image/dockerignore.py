"""Does .dockerignore keep a path out of the build context?

Docker's own rules, not git's: a pattern without `**/` matches at the context's root only, a pattern that matches a
folder matches what is in it, `!` brings back, and the last line that matches decides.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Pattern:
    """One line of the file."""

    text: str
    line: int
    brings_back: bool

    @cached_property
    def expression(self) -> "re.Pattern[str] | None":
        """Compile the pattern; None for one that Docker refuses."""
        try:
            return re.compile(_translate(self.text) + r"\Z", re.DOTALL)
        except re.error:
            return None

    def matches(self, path: str) -> bool:
        """Tell whether the pattern matches the path or a folder above it."""
        if self.expression is None:
            return False
        while path:
            if self.expression.match(path):
                return True
            path = posixpath.dirname(path)
        return False


@dataclass(frozen=True)
class IgnoreFile:
    """All patterns of one ignore file; `name` is the file they came from."""

    name: str
    patterns: tuple[Pattern, ...]

    def decide(self, path: str) -> Pattern | None:
        """Give the pattern that keeps the path out, or None when it stays in the context."""
        decision: Pattern | None = None
        for pattern in self.patterns:
            if pattern.brings_back == (decision is not None) and pattern.matches(path):
                decision = None if pattern.brings_back else pattern
        return decision

    @cached_property
    def can_bring_back(self) -> bool:
        """Tell whether a file below an ignored folder may still be in the context."""
        return any(pattern.brings_back for pattern in self.patterns)


NOTHING = IgnoreFile("", ())


def parse(text: str, name: str = ".dockerignore") -> IgnoreFile:
    """Read an ignore file."""
    return IgnoreFile(name, tuple(_patterns(text.removeprefix("\ufeff").splitlines())))


def matches_any(patterns: Iterable[str], path: str) -> bool:
    """Tell whether one of these patterns (of `COPY --exclude`) matches."""
    return parse("\n".join(patterns)).decide(path) is not None


def _patterns(lines: Iterable[str]) -> Iterable[Pattern]:
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if line.startswith("#") or not text:
            continue
        brings_back = text.startswith("!")
        text = text[1:].strip() if brings_back else text
        if not text:
            continue
        clean = posixpath.normpath(text)
        clean = "/" + clean.lstrip("/") if clean.startswith("/") else clean
        if len(clean) > 1 and clean.startswith("/"):
            clean = clean[1:]
        yield Pattern(clean, number, brings_back)


def _translate(pattern: str) -> str:
    """Turn a pattern into a regular expression, as moby's patternmatcher does."""
    out, at = [], 0
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        match sign:
            case "*" if pattern[at : at + 1] == "*":
                at += 1
                at += pattern[at : at + 1] == "/"
                out.append(".*" if at == len(pattern) else "(?:.*/)?")
            case "*":
                out.append("[^/]*")
            case "?":
                out.append("[^/]")
            case "[":
                end = pattern.find("]", at + 1)
                out.append(pattern[at - 1 : end + 1] if end > 0 else "[")
                at = end + 1 if end > 0 else at
            case "\\":
                out.append(re.escape(pattern[at : at + 1] or "\\"))
                at += 1
            case _:
                out.append(re.escape(sign))
    return "".join(out)
