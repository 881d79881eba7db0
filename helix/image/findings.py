"""What was found, how bad is it, and what is to be done?

Only what crashes at the start is an error. A wrong error costs as much as a miss: it teaches people to look away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong."""

    MISSING_MODULE = "missing-module"
    MISSING_FILE = "missing-file"
    MISSING_DISTRIBUTION = "missing-distribution"
    SHADOWED = "shadowed"
    PHANTOM_COPY = "phantom-copy"
    UNEXPANDED = "unexpanded"
    CONFLICT = "conflict"
    INVALID_SYNTAX = "invalid-syntax"


class Severity(StrEnum):
    """How bad it is: a crash at the start, a crash that may come, or worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """The answer: no errors, errors, or "can't tell"."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the checked repository."""

    file: str
    line: int

    def __str__(self) -> str:
        """Give file:line."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `chain` leads from the entry point to it."""

    kind: Kind
    severity: Severity
    name: str
    message: str
    remedy: str
    at: Place | None = None
    chain: tuple[str, ...] = ()
    dockerfile: Place | None = None


@dataclass(frozen=True, slots=True)
class EntryReport:
    """What was found for one entry point; `note` says why nothing could be proved, where that is so."""

    entry: str
    source: str
    sys_path: tuple[str, ...]
    findings: tuple[Finding, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The answer for a repository."""

    entries: tuple[EntryReport, ...]
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...] = ()
    modules: int = 0

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All findings, those of the entry points first."""
        return tuple(finding for entry in self.entries for finding in entry.findings) + self.findings

    @property
    def verdict(self) -> Verdict:
        """Fail beats unknown: one proven error is an answer."""
        if any(finding.severity is Severity.ERROR for finding in self.everything):
            return Verdict.FAIL
        return Verdict.UNKNOWN if self.reasons else Verdict.PASS


def unique(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Drop repetitions of the same thing, keep the worst of it, errors first."""
    order = list(Severity)
    best: dict[tuple[Kind, str], Finding] = {}
    for finding in findings:
        key = (finding.kind, finding.name)
        if key not in best or order.index(finding.severity) < order.index(best[key].severity):
            best[key] = finding
    return tuple(sorted(best.values(), key=lambda finding: (order.index(finding.severity), finding.kind, finding.name)))
