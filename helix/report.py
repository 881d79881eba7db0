"""How is a report written down as JSON, and read back?

The shapes are `helix.core.health.Report` and `Check`; `schema` guards against a program of another release.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from helix.core.health import SCHEMA, Check, Report, Status, Unreadable


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
        checks = tuple(_check(item) for item in body.pop("checks"))
        report = Report(**body, checks=checks)
    except (TypeError, ValueError, KeyError) as error:
        return Unreadable(program, f"a field is wrong: {error}")
    if report.program != program or not isinstance(report.posted_at, int | float):
        return Unreadable(program, "a field is wrong: program or posted_at")
    return report


def _check(item: Mapping[str, Any]) -> Check:
    return Check(**{**item, "status": Status(item["status"])})


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
