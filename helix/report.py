"""How is a report written down as JSON, and read back?

The shapes are `helix.core.health.Report` and `Check`; `schema` guards against a program of another release.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from helix.core.health import SCHEMA, Check, Report, Status, Unreadable

_KINDS = {
    "state": str,
    "version": str,
    "commit": str,
    "pid": int,
    "started_at": float,
    "posted_at": float,
    "facts": dict,
}
_CHECK_KINDS = {"name": str, "output": str, "remedy": str, "time": float, "observed_unit": str}


def encode(report: Report) -> bytes:
    """Give *report* as one line of strict JSON (NaN and infinities become null)."""
    body = {"schema": SCHEMA, **asdict(report)}
    return json.dumps(_finite(body), allow_nan=False, separators=(",", ":")).encode()


def decode(program: str, data: bytes) -> Report | Unreadable:
    """Read a report; anything but a whole report of this schema is `Unreadable`, never an exception."""
    try:
        body = json.loads(data)
    except ValueError:
        return Unreadable(program, "it is not JSON")
    if not isinstance(body, dict):
        return Unreadable(program, "it is not an object")
    if body.pop("schema", None) != SCHEMA:
        return Unreadable(program, "it is of another release")
    try:
        report = Report(**{**body, "checks": decode_checks(body["checks"])})
    except (TypeError, ValueError, KeyError) as error:
        return Unreadable(program, f"a field is wrong: {error}")
    wrong = [name for name, kind in _KINDS.items() if not _is_a(getattr(report, name), kind)]
    if wrong or report.program != program:
        return Unreadable(program, f"a field is wrong: {', '.join(wrong) or 'program'}")
    return report


def decode_checks(items: Sequence[Mapping[str, Any]]) -> tuple[Check, ...]:
    """Read checks as `asdict` wrote them; anything else is a TypeError, ValueError or KeyError."""
    return tuple(decode_check(item) for item in items)


def decode_check(item: Mapping[str, Any]) -> Check:
    """Read one check. Raises `ValueError`, `KeyError` or `TypeError` when it is none."""
    check = Check(**{**item, "status": Status(item["status"])})
    wrong = [name for name, kind in _CHECK_KINDS.items() if not _is_a(getattr(check, name), kind)]
    if wrong:
        raise TypeError(f"{', '.join(wrong)} of a check")
    return check


def _is_a(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind)


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case _:
            return value
