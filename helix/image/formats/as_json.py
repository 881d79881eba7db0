"""How does a program read the report?"""

import json
from typing import Any

from helix.image.findings import EntryReport, Finding, Place, Report


def render(report: Report) -> str:
    """Give the report as one JSON object."""
    body: dict[str, Any] = {
        "verdict": report.verdict.value,
        "entries": [_entry(entry) for entry in report.entries],
        "findings": [_finding(finding) for finding in report.findings],
        "reasons": list(report.reasons),
    }
    return json.dumps(body, indent=2) + "\n"


def _entry(entry: EntryReport) -> dict[str, Any]:
    return {
        "entry": entry.entry,
        "source": entry.source,
        "sys_path": list(entry.sys_path),
        "note": entry.note,
        "findings": [_finding(finding) for finding in entry.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "name": finding.name,
        "message": finding.message,
        "at": _place(finding.at),
        "chain": list(finding.chain),
        "dockerfile": _place(finding.dockerfile),
        "remedy": finding.remedy,
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return {"file": place.file, "line": place.line} if place is not None else None
