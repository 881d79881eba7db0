"""What can go wrong, and what does the operator do about it?

HelixError                 what happened, and the remedy
├── Misconfigured          stop with exit status 78; holds every problem found, not only the first
├── Unreachable            a program of Helix, or supervisord, does not answer in time
└── Refused                a program answered, and the answer is no

Each package derives its own few errors from these.
Messages are for the operator: what, where, what to do; never the value of a secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass

EX_CONFIG = 78
"""sysexits' EX_CONFIG: the settings are wrong, so a restart can't help."""


class HelixError(Exception):
    """Something failed in a way that the operator should read about."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Give one line: the message, then what to do."""
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the settings: its name, what is wrong, and what to do."""

    name: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """Give one line for a terminal."""
        return f"{self.name}: {self.message}; {self.remedy}"


class Misconfigured(HelixError):
    """The settings can't be used; all problems are listed at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Unreachable(HelixError):
    """A program does not answer in time."""


class Refused(HelixError):
    """A program answered that it won't or can't do what was asked."""

    def __init__(self, message: str, *, remedy: str = "", code: str = "refused") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
