"""In which words are a verdict's causes told to people?

One text for the log, `/health`, the dashboard, `!status` and the command line: what is wrong, then what to do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from helix.core.health import Check, State, Status, Verdict

_MARKS = {Status.PASS: "OK", Status.WARN: "WARN", Status.FAIL: "FAIL"}
_DONE = {what: what for what in ("uploaded", "downloaded", "moved", "trashed", "conflicts", "failed")}
_DONE |= {"waiting": "still being written or deleted", "left": "left to the container that writes"}


def headline(verdict: Verdict) -> str:
    """Sum a verdict up in one line, such as "Helix is ready, keeping the files"."""
    standby = verdict.state is State.STANDBY
    ready = f"Helix is ready, {'on standby: it does not write to the remote' if standby else 'keeping the files'}"
    match verdict.status:
        case Status.PASS:
            return ready
        case Status.WARN:
            return f"{ready}, with {count(len(causes(verdict)), 'warning')}"
        case Status.FAIL if verdict.state is State.STOPPING:
            return "Helix is stopping"
        case Status.FAIL:
            failing = [check for check in verdict.causes if check.status is Status.FAIL]
            return f"Helix is not ready: {count(len(_distinct(failing)), 'cause')}"


def lines(verdict: Verdict) -> list[str]:
    """Give one line for each cause, the gravest first, each text once; none when all is well."""
    return [line(check) for check in causes(verdict)]


def causes(verdict: Verdict) -> list[Check]:
    """Give the checks behind the lines, for an outlet that sets cause and remedy apart."""
    return _distinct(verdict.causes)


def line(check: Check) -> str:
    """Tell one check: its mark, the cause and the remedy."""
    told = check.output or check.name
    return f"{_MARKS[check.status]} {told} → {check.remedy}" if check.remedy else f"{_MARKS[check.status]} {told}"


def size(count: float) -> str:
    """Show a number of bytes, such as "3.4 MiB"."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def count(number: int, noun: str, plural: str = "") -> str:
    """Count things in words, such as "1 file" and "2,000 files"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def done(run: Mapping[str, Any]) -> str:
    """Tell what a pass (a RUN of the control API) did and what it left, such as "2 uploaded, 1 failed"."""
    told = [f"{run[what]} {words}" for what, words in _DONE.items() if run[what]]
    return ", ".join(told) or "nothing to do"


def plain(text: str) -> str:
    """Keep what a name could do to a terminal away from it: one line, without control characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in text.replace("\n", " "))


def _distinct(checks: Sequence[Check]) -> list[Check]:
    """Keep the first of several checks that say the same."""
    first: dict[tuple[str, str], Check] = {}
    for check in checks:
        first.setdefault((check.output or check.name, check.remedy), check)
    return list(first.values())
