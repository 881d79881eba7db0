"""Which programs does supervisord start, and how exactly?

Reads supervisord.conf as supervisord does: `;` and `#` comments, `%(here)s`, `%(ENV_X)s` and `%(program_name)s`,
commands split like a shell's words, `environment=` added to the inherited one. Nothing is started.
"""

import configparser
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helix.errors import HelixError

_SECTION = re.compile(r"(program|eventlistener|fcgi-program):(.+)")
_REMEDY = "restore supervisord.conf of this release"


class BadEntries(HelixError):
    """supervisord.conf can't be used."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One program as supervisord would start it."""

    name: str
    argv: tuple[str, ...]
    directory: Path
    env: Mapping[str, str]

    @property
    def module(self) -> str | None:
        """Give the module of a `python … -m MODULE` command; None for any other command."""
        if not Path(self.argv[0]).name.startswith("python"):
            return None
        words = list(self.argv[1:])
        while words and words[0].startswith("-") and words[0] != "-m":
            # -W and -X take the next word along
            del words[: 2 if words[0] in ("-W", "-X") else 1]
        return words[1] if len(words) > 1 and words[0] == "-m" else None


def read(conf: Path, env: Mapping[str, str], cwd: Path) -> tuple[Entry, ...]:
    """Give every program of *conf*, started from *cwd* with *env*. Raises `BadEntries`."""
    parser = configparser.RawConfigParser(strict=False, inline_comment_prefixes=(";", "#"))
    try:
        parser.read_string(conf.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadEntries(f"supervisord.conf can't be read: {error.strerror}", remedy=_REMEDY) from error
    except (UnicodeDecodeError, configparser.Error) as error:
        raise BadEntries("supervisord.conf is not a configuration file", remedy=_REMEDY) from error
    here = str(conf.parent.resolve())
    found = []
    for section in parser.sections():
        match = _SECTION.fullmatch(section)
        if match is not None:
            found.append(_entry(match[2].strip(), dict(parser[section]), {**env}, here, cwd))
    if not found:
        raise BadEntries("supervisord.conf names no program", remedy=_REMEDY)
    return tuple(found)


def _entry(name: str, options: Mapping[str, str], env: Mapping[str, str], here: str, cwd: Path) -> Entry:
    values = {f"ENV_{key}": value for key, value in env.items()}
    values |= {"here": here, "program_name": name, "group_name": name, "process_num": "0"}
    try:
        command = options.get("command", "") % values
        directory = options.get("directory", str(cwd)) % values
        added = _environment(options.get("environment", "") % values)
        argv = tuple(shlex.split(command))
    except (KeyError, ValueError, TypeError) as error:
        raise BadEntries(f"program {name} of supervisord.conf can't be read: {error}", remedy=_REMEDY) from error
    if not argv:
        raise BadEntries(f"program {name} of supervisord.conf has no command", remedy=_REMEDY)
    return Entry(name, argv, Path(os.path.join(cwd, directory)), {**env, **added})


def _environment(text: str) -> Mapping[str, str]:
    """Read `KEY="value",KEY2=value2`."""
    lexer = shlex.shlex(text, posix=True)
    lexer.wordchars += "/.+-():"
    tokens = list(lexer)
    pairs = {}
    for index in range(0, len(tokens), 4):
        key, equals, value = tokens[index : index + 3]
        if equals != "=":
            raise ValueError("environment= is not a list of KEY=value")
        pairs[key] = value
    return pairs
