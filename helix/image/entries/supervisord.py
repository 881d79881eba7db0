"""Which programs does a supervisord.conf start?"""

import configparser
import re
from collections.abc import Callable, Iterator

from helix.image.entries.entry import Entry, from_words
from helix.image.findings import Place

SECTION = re.compile(r"(?:program|eventlistener|fcgi-program):(.+)")


def find(
    text: str, file: str, here: str = ".", include: Callable[[str], list[tuple[str, str]]] | None = None
) -> Iterator[Entry]:
    """Yield one entry point a program; `here` is the file's folder, `include` gives the files that a pattern names."""
    text = text.replace("%(here)s", here)
    parser = configparser.RawConfigParser(strict=False, inline_comment_prefixes=(";", " #"), interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in parser.sections():
        found = SECTION.fullmatch(section)
        command = parser.get(section, "command", fallback="")
        if not found or not command or parser.get(section, "autostart", fallback="true").lower() == "false":
            continue
        environment = {**_variables(_default(parser)), **_variables(parser.get(section, "environment", fallback=""))}
        directory = parser.get(section, "directory", fallback="") or parser.get("supervisord", "directory", fallback="")
        yield from_words(
            f"[{section}] {command}",
            Place(file, _line(text, section)),
            re.sub(r"%\(ENV_(\w+)\)[sd]", r"%ENV_\1", command),
            directory=directory or None,
            environment=tuple(environment.items()),
        )
    for pattern in parser.get("include", "files", fallback="").split() if include else ():
        for name, content in include(pattern) if include else ():
            yield from find(content, name, here)


def _default(parser: configparser.RawConfigParser) -> str:
    return parser.get("supervisord", "environment", fallback="")


def _variables(text: str) -> dict[str, str]:
    found = re.findall(r"([A-Za-z_]\w*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^,]*))", text)
    return {name: (double or single or plain).strip() for name, double, single, plain in found}


def _line(text: str, section: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.strip() == f"[{section}]"), 1)
