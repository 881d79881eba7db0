"""Which simple commands does a shell text run, in which order?

Not a shell: words, operators, here-documents, `cd`, redirections and the words around conditions are understood,
which is what RUN lines and start scripts are made of. What is not understood is left out, never guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helix.image.dockerfile import HEREDOC
from helix.image.words import shell_words

MOST_LINES = 20_000
JOINED_LINES = 300
OPERATORS = frozenset({"&&", "||", ";", "|", "&", "(", ")", ";;", "|&"})
LEADERS = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "exec", "time", "nohup"})
ENDERS = frozenset({"fi", "done", "}", "esac", ")"})
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
WRAPPERS = {"sudo": "", "command": "", "env": "", "nice": "n", "ionice": "cn", "stdbuf": "oei", "setpriv": ""}


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words, its own variables, the files that it writes, its here-document, its line."""

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    writes: tuple[str, ...] = ()
    stdin: str | None = None
    line: int = 1


def commands(text: str) -> list[Command]:
    """List the simple commands of a shell text."""
    return [command for line, words, document in _lines(text) for command in _split(words, document, line)]


def unwrap(argv: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Drop sudo, env, nice, tini and the like before a command; give the command and the variables set on the way."""
    words, variables = list(argv), []
    while words:
        name = words[0].rsplit("/", 1)[-1]
        if ASSIGNMENT.match(words[0]):
            key, _, value = words.pop(0).partition("=")
            variables.append((key, value))
        elif name in {"tini", "dumb-init", "catatonit", "gosu", "su-exec", "setuidgid", "s6-setuidgid", "with-contenv"}:
            words = _after_supervisor(words, has_user=name in {"gosu", "su-exec", "setuidgid", "s6-setuidgid"})
        elif name == "timeout":
            words = _after_flags(words[1:], "ks")[1:]
        elif name in {"uv", "poetry", "pipenv", "pdm", "hatch", "rye"} and words[1:2] == ["run"]:
            words = _after_flags(words[2:], "")
        elif name in {"opentelemetry-instrument", "ddtrace-run", "newrelic-admin", "watchmedo", "doppler", "infisical"}:
            words = _after_agent(words)
        elif name in WRAPPERS or words[0] in {"exec", "nohup", "time"}:
            words = _after_flags(words[1:], WRAPPERS.get(name, ""))
        else:
            break
    return tuple(words), tuple(variables)


def _after_supervisor(words: list[str], *, has_user: bool) -> list[str]:
    rest = _after_flags(words[1:], "evpr")
    return rest[1:] if has_user else rest


def _after_agent(words: list[str]) -> list[str]:
    if "--" in words:
        return words[words.index("--") + 1 :]
    rest = _after_flags(words[1:], "")
    return rest[1:] if rest[:1] in (["run-program"], ["run"]) else rest


def _after_flags(words: list[str], with_value: str) -> list[str]:
    """Skip options; those named by one of the letters take the next word as their value."""
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag == "--":
            break
        if len(flag) == 2 and flag[1] in with_value and words:
            words.pop(0)
    return words


def _lines(text: str) -> Iterator[tuple[int, list[str], str | None]]:
    """Yield the words of each logical line, with its here-document."""
    lines = text.replace("\\\r\n", "\\\n").splitlines()[:MOST_LINES]
    at = 0
    while at < len(lines):
        start, joined, at = at, lines[at], at + 1
        if joined.lstrip().startswith("#"):
            continue
        words = _words(joined)
        while words is None and at < len(lines) and at - start < JOINED_LINES:
            joined = joined.removesuffix("\\") + lines[at] if joined.endswith("\\") else f"{joined}\n{lines[at]}"
            at += 1
            words = _words(joined)
        document = None
        for dash, _, name in HEREDOC.findall(joined):
            document, at = _document(lines, at, name, strips_tabs=bool(dash))
        if words:
            yield start + 1, words, document


def _words(line: str) -> list[str] | None:
    if line.endswith("\\"):
        return None
    return shell_words(re.sub(r"(^|\s)#.*$", "", line) if "'" not in line and '"' not in line else line)


def _document(lines: Sequence[str], at: int, name: str, *, strips_tabs: bool) -> tuple[str, int]:
    body = []
    while at < len(lines):
        line = lines[at].lstrip("\t") if strips_tabs else lines[at]
        at += 1
        if line.strip() == name:
            break
        body.append(line)
    return "".join(f"{line}\n" for line in body), at


def _split(words: Sequence[str], document: str | None, line: int) -> Iterator[Command]:
    current: list[str] = []
    for word in [*words, ";"]:
        if word in OPERATORS or set(word) <= set("();&|"):
            if command := _command(current, document, line):
                yield command
            current = []
        else:
            current.append(word)


def _command(words: list[str], document: str | None, line: int) -> Command | None:
    while words and words[0] in LEADERS:
        words = words[1:]
    if not words or words[0] in ENDERS or words[0] in {"for", "case", "function"}:
        return None
    argv: list[str] = []
    writes: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word and set(word) <= set("<>&|"):
            if word.startswith(">") and "&" not in word and at + 1 < len(words):
                writes.append(words[at + 1])
            if argv and argv[-1] in {"0", "1", "2"}:
                argv.pop()
            at += 2
        else:
            argv.append(word)
            at += 1
    variables = []
    while argv and ASSIGNMENT.match(argv[0]):
        name, _, value = argv.pop(0).partition("=")
        variables.append((name, value))
    if not argv and not variables:
        return None
    return Command(tuple(argv), tuple(variables), tuple(writes), document, line)
