"""How does a code-scanning service read the report (SARIF 2.1.0)?"""

import json
from typing import Any

from helix.image.findings import Finding, Kind, Place, Report, Severity

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
RULES = {
    Kind.MISSING_MODULE: "A module that is imported is not in the image",
    Kind.MISSING_FILE: "A file that is read is not in the image",
    Kind.MISSING_DISTRIBUTION: "A package that is imported is not installed in the image",
    Kind.SHADOWED: "A module hides another one of the same name",
    Kind.PHANTOM_COPY: "COPY names what the repository does not hold",
    Kind.UNEXPANDED: "A variable reaches the program as it stands",
    Kind.CONFLICT: "Two configurations contradict each other",
    Kind.INVALID_SYNTAX: "A module that is imported can't be compiled",
}


def render(report: Report) -> str:
    """Give the report as a SARIF log."""
    rules = [{"id": kind.value, "shortDescription": {"text": text}} for kind, text in RULES.items()]
    driver = {"name": "helix image check", "rules": rules}
    notes = [{"level": "warning", "message": {"text": reason}} for reason in report.reasons]
    run = {
        "tool": {"driver": driver},
        "results": [_result(finding) for finding in report.everything],
        "invocations": [{"executionSuccessful": not report.reasons, "toolExecutionNotifications": notes}],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _result(finding: Finding) -> dict[str, Any]:
    places = [place for place in (finding.at, finding.dockerfile) if place is not None]
    return {
        "ruleId": finding.kind.value,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.message} → {finding.remedy}"},
        "locations": [_location(place) for place in places[:1]],
        "relatedLocations": [{"id": number, **_location(place)} for number, place in enumerate(places[1:], start=1)],
    }


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": max(place.line, 1)}
    return {"physicalLocation": {"artifactLocation": {"uri": place.file}, "region": region}}
