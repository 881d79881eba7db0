"""How does a person read the report?"""

from collections.abc import Callable, Iterator

from helix.core.wording import plain
from helix.image.findings import Finding, Report, Severity, Verdict

COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
ANSWERS = {
    Verdict.PASS: ("32", "Everything that the entry points need is in the image."),
    Verdict.FAIL: ("31", "The image lacks what its entry points need."),
    Verdict.UNKNOWN: ("33", "Can't tell."),
}


def render(report: Report) -> str:
    """Give the report as plain text."""
    return _render(report, has_colours=False)


def render_coloured(report: Report) -> str:
    """Give the report with colours, for a terminal."""
    return _render(report, has_colours=True)


def _render(report: Report, *, has_colours: bool) -> str:
    def paint(text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if has_colours else text

    lines: list[str] = []
    for entry in report.entries:
        lines.append(f"{paint(plain(entry.entry), '1')}  ({entry.source})")
        if entry.sys_path:
            lines.append(f"  sys.path: {', '.join(entry.sys_path)}")
        shown = [finding for finding in entry.findings if finding.severity is not Severity.INFO]
        lines.extend(f"  {line}" for finding in shown for line in _finding(finding, paint))
        if entry.note:
            lines.append(f"  {entry.note}")
        if len(shown) < len(entry.findings):
            count = len(entry.findings) - len(shown)
            lines.append(f"  {count} more that is provided for or can't be told: --format json names it")
        elif not shown and not entry.note:
            lines.append(f"  {paint('fine', '32')}")
    for finding in report.findings:
        lines.extend(_finding(finding, paint))
    colour, answer = ANSWERS[report.verdict]
    lines.append(paint(answer, colour))
    lines.extend(f"  {plain(reason)}" for reason in report.reasons)
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, paint: Callable[[str, str], str]) -> Iterator[str]:
    place = f"{finding.at}: " if finding.at else ""
    yield f"{paint(finding.severity, COLOURS[finding.severity])} {finding.kind}: {place}{plain(finding.message)}"
    if len(finding.chain) > 1:
        yield f"    reached by {' -> '.join(finding.chain)}"
    where = f"  [{finding.dockerfile}]" if finding.dockerfile else ""
    yield f"    {plain(finding.remedy)}{where}"
