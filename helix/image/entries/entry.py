"""What is an entry point?

A command that something starts in the image: its words or its shell text, and where and with which variables it runs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from helix.image.findings import Finding, Kind, Place, Severity
from helix.image.shell import unwrap
from helix.image.words import shell_words, unexpanded

SHELLS = re.compile(r"(^|/)(ba|da|a|z|k)?sh$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry point. `text` is a shell text; without it `argv` is run as it stands, without a shell.

    `directory` None means the image's WORKDIR. `mounts` are container paths that a bind mount supplies.
    """

    label: str
    place: Place
    argv: tuple[str, ...] = ()
    text: str | None = None
    directory: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    mounts: tuple[str, ...] = ()
    is_essential: bool = True
    findings: tuple[Finding, ...] = field(default=())

    @property
    def source(self) -> str:
        """Where the entry point stands, as file:line."""
        return str(self.place)


def from_words(label: str, place: Place, text: str, **more: object) -> Entry:
    """Make an entry point of a text that is split into words and run without a shell."""
    argv = tuple(shell_words(text) or text.split())
    return Entry(label, place, argv=argv, findings=tuple(literal_variables(argv, place)), **more)  # type: ignore[arg-type]


def from_argv(label: str, place: Place, argv: Sequence[str], **more: object) -> Entry:
    """Make an entry point of words that are run without a shell."""
    return Entry(label, place, argv=tuple(argv), findings=tuple(literal_variables(argv, place)), **more)  # type: ignore[arg-type]


def literal_variables(argv: Sequence[str], place: Place) -> list[Finding]:
    """Find `$NAME` in a command that no shell will expand."""
    command, _ = unwrap(argv)
    if not command or SHELLS.search(command[0]) or command[0].endswith(".sh"):
        return []
    return [
        Finding(
            Kind.UNEXPANDED,
            Severity.ERROR,
            f"${name}",
            f"no shell expands ${name} here: the program gets the text {word!r}",
            f'let a shell start it: sh -c "exec {" ".join(command)[:60]}", or read {name} in the program',
            at=place,
        )
        for word in command
        for name in unexpanded(word)
    ]
