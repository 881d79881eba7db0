"""Writes a report: one file a format."""

from collections.abc import Callable

from helix.image.findings import Report
from helix.image.formats import as_github, as_json, as_sarif, as_text

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text.render,
    "json": as_json.render,
    "sarif": as_sarif.render,
    "github": as_github.render,
}
