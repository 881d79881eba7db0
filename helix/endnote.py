"""How did the last run end? What the warden and the launcher leave in the run directory for who asks afterwards.

The next start takes it away. After a kill that nobody could answer there is none.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "exit.json"


@dataclass(frozen=True, slots=True)
class ExitNote:
    """The exit status of the container, why, and what to do; a status of 0 needs no remedy."""

    status: int
    cause: str
    remedy: str


def write(run_dir: Path, note: ExitNote) -> None:
    """Leave *note*. Raises OSError."""
    (run_dir / FILE_NAME).write_text(json.dumps(asdict(note)), encoding="utf-8")


def read(run_dir: Path) -> ExitNote | None:
    """Give the note, None if there is none; one that was cut short is a failure."""
    try:
        return ExitNote(**json.loads((run_dir / FILE_NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        return ExitNote(1, "its note can't be read", "look at the log")
