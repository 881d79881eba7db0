"""Who did what through the bot?

One JSON line an acting command or refusal, in `$HELIX_HOME/audit/commands.jsonl`: number, time, person, place,
command, arguments, outcome, duration, correlation id. Each line holds the digest of the one before, so that a
changed or missing line shows. A file that has grown full is set aside as `commands.1.jsonl`, the numbers go on.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FULL_BYTES = 4 * 1024 * 1024
_ARGUMENT = 200
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Deed:
    """One command that was given."""

    time: float
    user_id: int
    user: str
    channel_id: int
    command: str
    arguments: Mapping[str, str]
    outcome: str
    seconds: float
    correlation: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed as it stands in the file."""

    number: int
    deed: Deed


class Audit:
    """The audit log in a folder."""

    def __init__(self, folder: Path, *, full_bytes: int = FULL_BYTES) -> None:
        self._file = folder / "commands.jsonl"
        self._full_bytes = full_bytes
        self._number, self._previous = _tail(self._file, self._set_aside)

    @property
    def _set_aside(self) -> Path:
        return self._file.with_name("commands.1.jsonl")

    def note(self, deed: Deed) -> None:
        """Append *deed*; a disk that refuses it is logged, and stops nothing."""
        body = {"number": self._number + 1, "previous": self._previous, **asdict(deed)}
        line = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists() and self._file.stat().st_size > self._full_bytes:
                self._file.replace(self._set_aside)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            log.error("deed_not_noted", extra={"command": deed.command, "cause": error.strerror})
            return
        self._number += 1
        self._previous = _digest(line)

    def last(self, count: int, *, skip: int = 0) -> Sequence[Entry]:
        """Give *count* entries, the newest first, after *skip* of them; lines that are none are left out."""
        entries = [entry for entry in map(_entry, reversed(self._lines())) if entry is not None]
        return entries[skip : skip + count]

    def broken_at(self) -> int | None:
        """Give the number of the first line that does not follow from the one before; None when all do."""
        previous: str | None = None
        expected = 0
        for line in self._lines():
            try:
                body = json.loads(line)
                number, said = int(body["number"]), body["previous"]
            except (ValueError, KeyError, TypeError):
                return expected
            if previous is not None and (said != previous or number != expected):
                return expected
            previous, expected = _digest(line), number + 1
        return expected if previous is not None and previous != self._previous else None

    def _lines(self) -> list[str]:
        return [*_read(self._set_aside), *_read(self._file)]


def shortened(arguments: Mapping[str, Any]) -> Mapping[str, str]:
    """Give a command's arguments as short text."""
    return {name: str(value)[:_ARGUMENT] for name, value in arguments.items() if value is not None}


def _entry(line: str) -> Entry | None:
    try:
        body = json.loads(line)
        body.pop("previous")
        return Entry(int(body.pop("number")), Deed(**body))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _tail(file: Path, set_aside: Path) -> tuple[int, str]:
    """Give the number and digest of the last line, where a new one follows."""
    lines = _read(file) or _read(set_aside)
    if not lines:
        return 0, _START
    entry = _entry(lines[-1])
    return (entry.number if entry is not None else len(lines)), _digest(lines[-1])


def _read(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
