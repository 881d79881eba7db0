"""Which instructions does a Dockerfile hold, in which stages and on which lines?

Purely text in, data out. Continuation lines, comments between them, the escape directive, here-documents, JSON
and shell forms and flags are read as BuildKit reads them. dockerfile-parse knows no here-documents and no escape
directive, and it ties parsing to a folder on disk, so this is our own (docs/image-check.md).
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helix.errors import HelixError

LONGEST = 1 << 20
_KEYWORDS = """
    ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL
    USER VOLUME WORKDIR
"""
KEYWORDS = frozenset(_KEYWORDS.split())
TAKES_FLAGS = frozenset({"ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"})
TAKES_JSON = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
TAKES_HEREDOC = frozenset({"ADD", "COPY", "RUN"})
DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")
HEREDOC = re.compile(r"(?<!<)<<(-?)\s*([\"']?)([A-Za-z_][\w.-]*)\2")
FLAG = re.compile(r"--([a-z]+(?:[-.][a-z]+)*)(?:=(\"[^\"]*\"|'[^']*'|\S*))?(?:\s+|$)")


class DockerfileError(HelixError):
    """The text is no Dockerfile, so nothing can be said about the image."""


@dataclass(frozen=True, slots=True)
class Heredoc:
    """One here-document: its name, its text, and whether variables in it are expanded."""

    name: str
    text: str
    expands: bool


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; `json` is the array of an exec form, else None."""

    keyword: str
    text: str
    line: int
    flags: tuple[tuple[str, str], ...] = ()
    json: tuple[str, ...] | None = None
    heredocs: tuple[Heredoc, ...] = ()

    def flag(self, name: str) -> str | None:
        """Give the value of a flag, "" for a bare one, None when it is absent."""
        return next((value for key, value in self.flags if key == name), None)

    def flags_named(self, name: str) -> tuple[str, ...]:
        """Give all values of a flag that may stand several times."""
        return tuple(value for key, value in self.flags if key == name)


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM and what follows it; variables in `base` are not yet expanded."""

    index: int
    name: str
    base: str
    line: int
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The ARGs before the first FROM, and the stages."""

    arguments: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    escape: str


def parse(text: str) -> Dockerfile:
    """Read a Dockerfile; what is none raises `DockerfileError` with the line."""
    if len(text) > LONGEST:
        raise DockerfileError("the Dockerfile is larger than 1 MiB", remedy="name the right file with --dockerfile")
    lines = text.removeprefix("\ufeff").splitlines()
    escape = _escape_directive(lines)
    instructions = list(_instructions(lines, escape))
    first = next((at for at, item in enumerate(instructions) if item.keyword == "FROM"), None)
    if first is None:
        raise DockerfileError("the Dockerfile has no FROM", remedy="name the right file with --dockerfile")
    for item in instructions[:first]:
        if item.keyword != "ARG":
            raise _wrong(item.line, f"{item.keyword} stands before the first FROM")
    return Dockerfile(tuple(instructions[:first]), tuple(_stages(instructions[first:])), escape)


def _escape_directive(lines: Sequence[str]) -> str:
    """Read the parser directives; they end at the first line that is none."""
    for line in lines:
        found = DIRECTIVE.match(line.strip())
        if not found:
            break
        if found[1].lower() == "escape":
            return found[2]
    return "\\"


def _instructions(lines: Sequence[str], escape: str) -> Iterator[Instruction]:
    at = 0
    while at < len(lines):
        if _is_blank(lines[at]):
            at += 1
            continue
        start = at
        logical, at = _logical_line(lines, at, escape)
        words = logical.split(None, 1)
        if not words:
            continue
        keyword, rest = words[0].upper(), words[1] if len(words) > 1 else ""
        if keyword not in KEYWORDS:
            raise _wrong(start + 1, f"{keyword[:40]!r} is no instruction")
        heredocs: tuple[Heredoc, ...] = ()
        if keyword in TAKES_HEREDOC and "<<" in rest:
            heredocs, at = _heredocs(lines, at, rest)
        yield _instruction(keyword, rest.strip(), start + 1, heredocs)


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _logical_line(lines: Sequence[str], at: int, escape: str) -> tuple[str, int]:
    """Join continuation lines; comments and empty lines between them are dropped."""
    parts: list[str] = []
    while at < len(lines):
        line = lines[at]
        at += 1
        if parts and _is_blank(line):
            continue
        stripped = line.rstrip()
        if not stripped.endswith(escape):
            parts.append(line)
            break
        parts.append(stripped[: -len(escape)])
    return "".join(parts), at


def _heredocs(lines: Sequence[str], at: int, rest: str) -> tuple[tuple[Heredoc, ...], int]:
    found = []
    for dash, quote, name in HEREDOC.findall(rest):
        start, body = at, []
        while at < len(lines):
            line = lines[at].lstrip("\t") if dash else lines[at]
            at += 1
            if line == name:
                break
            body.append(line)
        else:
            raise _wrong(start, f"the here-document {name} does not end")
        found.append(Heredoc(name, "".join(f"{line}\n" for line in body), not quote))
    return tuple(found), at


def _instruction(keyword: str, rest: str, line: int, heredocs: tuple[Heredoc, ...]) -> Instruction:
    flags: list[tuple[str, str]] = []
    while keyword in TAKES_FLAGS and (found := FLAG.match(rest)):
        flags.append((found[1], (found[2] or "").strip("\"'")))
        rest = rest[found.end() :]
    array = json_array(rest) if keyword in TAKES_JSON else None
    return Instruction(keyword, rest, line, tuple(flags), array, heredocs)


def json_array(text: str) -> tuple[str, ...] | None:
    """Read an exec form; as with Docker, what is not quite JSON is a shell form."""
    if not text.startswith("["):
        return None
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(items, list) and all(isinstance(item, str) for item in items):
        return tuple(items)
    return None


def _stages(instructions: Sequence[Instruction]) -> Iterator[Stage]:
    starts = [at for at, item in enumerate(instructions) if item.keyword == "FROM"]
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], len(instructions)], strict=True)):
        origin = instructions[start]
        words = origin.text.split()
        if len(words) not in {1, 3} or (len(words) == 3 and words[1].lower() != "as"):
            raise _wrong(origin.line, "FROM takes an image and perhaps AS with a name")
        name = words[2].lower() if len(words) == 3 else ""
        yield Stage(index, name, words[0], origin.line, tuple(instructions[start + 1 : end]))


def _wrong(line: int, detail: str) -> DockerfileError:
    return DockerfileError(f"line {line} of the Dockerfile: {detail}", remedy="correct it; docker build refuses it too")
