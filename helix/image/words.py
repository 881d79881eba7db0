"""What do `$NAME`, quotes and blanks in an instruction or a command stand for?

Docker expands `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}` (and both without the colon) in ARG, ENV,
WORKDIR, COPY, ADD and FROM; an unset name is the empty string.
"""

import re
import shlex
from collections.abc import Mapping

VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+?])([^}]*))?\}|([A-Za-z_]\w*))")
QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.|[^'\"\\]+|['\"\\]")


def expand(text: str, values: Mapping[str, str], escape: str = "\\") -> str:
    """Expand variables and drop quotes, as in one word of ENV, ARG or COPY."""
    out = []
    for piece in QUOTED.findall(text):
        if len(piece) > 1 and piece[0] == "'":
            out.append(piece[1:-1])
        elif len(piece) > 1 and piece[0] == '"':
            inner = re.sub(r"\\([\"\\])", r"\1", piece[1:-1])
            out.append(_substitute(inner, values))
        elif len(piece) == 2 and piece[0] == "\\":
            out.append(piece[1] if escape == "\\" else piece)
        else:
            out.append(_substitute(piece, values))
    return "".join(out)


def split(text: str) -> list[str]:
    """Split at blanks outside quotes and keep the quotes, for later expansion."""
    words: list[str] = []
    current = ""
    for piece in QUOTED.findall(text):
        if piece[0] in "'\"\\" and len(piece) > 1:
            current += piece
            continue
        parts = re.split(r"\s+", piece)
        current += parts[0]
        for part in parts[1:]:
            if current:
                words.append(current)
            current = part
    return [*words, current] if current else words


def assignments(text: str) -> list[tuple[str, str]]:
    """Read `A=1 B="x y"` and the old `A the rest of the line`."""
    words = split(text)
    if not words:
        return []
    if "=" not in words[0]:
        name, *rest = text.split(None, 1)
        return [(name, rest[0] if rest else "")]
    return [(name, value) for name, sign, value in (word.partition("=") for word in words) if sign]


def shell_words(text: str) -> list[str] | None:
    """Split as a shell does, with operators as words of their own; None when it can't be read."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return None


def unexpanded(text: str) -> list[str]:
    """Name the variables that stand in a text literally."""
    return [found[1] or found[4] for found in VARIABLE.finditer(text)]


def _substitute(text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: _value(found, values), text)


def _value(found: "re.Match[str]", values: Mapping[str, str]) -> str:
    name, operator, word = found[1] or found[4], found[2] or "", found[3] or ""
    value = values.get(name)
    is_there = bool(value) if operator.startswith(":") else value is not None
    if operator.endswith("-"):
        return value or "" if is_there else _substitute(word, values)
    if operator.endswith("+"):
        return _substitute(word, values) if is_there else ""
    return value or ""
