"""How do annotations appear on a GitHub pull request?"""

from helix.image.findings import Finding, Report, Severity

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Give one workflow command a finding."""
    lines = [_command(finding) for finding in report.everything]
    lines.extend(f"::warning title=image check::{_escaped(reason)}" for reason in report.reasons)
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Finding) -> str:
    place = finding.at or finding.dockerfile
    where = f"file={_property(place.file)},line={place.line}," if place else ""
    text = _escaped(f"{finding.message} → {finding.remedy}")
    return f"::{COMMANDS[finding.severity]} {where}title={_property(f'{finding.kind} {finding.name}')}::{text}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
