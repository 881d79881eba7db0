"""How is a verdict written as `application/health+json`?

The shape is that of docs/health.md. Without the token a check shows status, output and remedy, and nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from healthcheck.redaction import Redaction
from helix.core.health import STARTUP_COMPONENT, Check, State, Status, Verdict
from helix.release import Release


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes bodies of one release, with private texts taken out."""

    release: Release
    redact: Redaction

    def health(self, verdict: Verdict, *, detailed: bool) -> bytes:
        """Write the whole verdict."""
        return self._body(verdict.status, verdict.state, verdict.checks, detailed=detailed)

    def startup(self, verdict: Verdict, *, detailed: bool) -> bytes:
        """Write the start-up probes only; once started, a probe that fails later is a warning here."""
        checks = [check for check in verdict.checks if check.name.startswith(f"{STARTUP_COMPONENT}:")]
        return self._body(startup_status(verdict), verdict.state, checks, detailed=detailed)

    def live(self, state: State) -> bytes:
        """Write that the event loop turns, which is all that /livez says."""
        return self._body(Status.PASS, state, (), detailed=False)

    def failure(self, check: Check) -> bytes:
        """Write one failing check, when there is no verdict to write."""
        return self._body(Status.FAIL, State.STARTING, (check,), detailed=False)

    def entry(self, check: Check, *, detailed: bool) -> dict[str, Any]:
        """Write one check; with the token also when it was looked at and what was seen."""
        entry: dict[str, Any] = {"status": check.status.value}
        if check.output:
            entry["output"] = self.redact(check.output)
        if check.remedy:
            entry["remedy"] = self.redact(check.remedy)
        if detailed:
            entry["time"] = _iso(check.time)
            if check.observed_value is not None:
                entry["observedValue"] = check.observed_value
            if check.observed_unit:
                entry["observedUnit"] = check.observed_unit
        return entry

    def _body(self, status: Status, state: State, checks: Sequence[Check], *, detailed: bool) -> bytes:
        grouped: dict[str, list[dict[str, Any]]] = {}
        for check in checks:
            grouped.setdefault(check.name, []).append(self.entry(check, detailed=detailed))
        body = {
            "status": status.value,
            "version": self.release.version,
            "releaseId": self.release.commit,
            "state": state.value,
            "checks": grouped,
        }
        return json.dumps(body, ensure_ascii=False).encode()


def startup_status(verdict: Verdict) -> Status:
    """Say pass once the start is through, warn when a probe is not well."""
    probes = {check.status for check in verdict.checks if check.name.startswith(f"{STARTUP_COMPONENT}:")}
    if not verdict.started:
        return Status.FAIL
    return Status.WARN if probes - {Status.PASS} else Status.PASS


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
