"""What is one reply made of, and how is it cut at Discord's limits?

A reply is text, which answers the question by itself (an embed is invisible without the Embed Links permission),
and perhaps a panel with details. Discord refuses a message that is a character too long, and then the user reads
nothing at all: so `fit` cuts everything, marks each cut with "…", and counts as Discord's client does, in UTF-16.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from helix.core import wording
from helix.core.health import Status

TEXT = 2000
TITLE = 256
DESCRIPTION = 4096
FIELDS = 25
FIELD_NAME = 256
FIELD_VALUE = 1024
FOOTER = 2048
PANEL = 6000

EMPTY = "\u200b"
"""Stands for an empty field name or value, which Discord refuses."""


class Tone(StrEnum):
    """How a reply feels; decides its mark and colour."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    PLAIN = "plain"


MARKS = {Tone.GOOD: "🟢", Tone.WARN: "🟡", Tone.BAD: "🔴", Tone.PLAIN: "🔹"}
COLOURS = {Tone.GOOD: 0x2E9E5B, Tone.WARN: 0xD9A400, Tone.BAD: 0xC83A3A, Tone.PLAIN: 0x5B6EE1}


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of a panel."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Details beside a reply's text: what Discord calls an embed."""

    title: str = ""
    text: str = ""
    fields: tuple[Field, ...] = ()
    footer: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the bot."""

    text: str
    panel: Panel | None = None


def fit(reply: Reply) -> Reply:
    """Cut *reply* at Discord's limits; one that keeps them comes back as it is."""
    panel = None if reply.panel is None else _fit_panel(reply.panel)
    return Reply(cut(reply.text, TEXT) or EMPTY, panel)


def cut(text: str, limit: int) -> str:
    """Give *text* in at most *limit* UTF-16 units, ending in "…" if something is missing."""
    if length(text) <= limit:
        return text
    room = limit - 1
    kept = text.encode("utf-16-le", "surrogatepass")[: max(0, room) * 2]
    # half of a pair at the end is no character
    return kept.decode("utf-16-le", "ignore") + "…" if limit > 0 else ""


def length(text: str) -> int:
    """Count *text* in UTF-16 units."""
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def tone_of(status: Status) -> Tone:
    """Give a status its tone."""
    return {Status.PASS: Tone.GOOD, Status.WARN: Tone.WARN, Status.FAIL: Tone.BAD}[status]


def code(text: str) -> str:
    """Show *text*, such as a path, as it is: no markup in it takes effect, and no sign that turns the line around."""
    shown = wording.plain(text.replace("`", "ˋ").replace("\n", "␊"))
    return f"`{shown}`" if text else EMPTY


def plain(text: str) -> str:
    """Take the effect from markup and line breaks in *text* that others wrote."""
    return "".join("\\" + letter if letter in "\\*_~|>`#[]()" else letter for letter in text.replace("\n", " "))


def when(seconds: float | None) -> str:
    """Show a time as Discord does for its reader: "3 minutes ago"."""
    return f"<t:{seconds:.0f}:R>" if seconds else "never"


def span(seconds: float) -> str:
    """Show a duration, such as "2 d 3 h"."""
    if seconds < 10:
        return f"{seconds:.2g} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    shown = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(shown[:2])


def _fit_panel(panel: Panel) -> Panel:
    fitted = replace(
        panel,
        title=cut(panel.title, TITLE),
        text=cut(panel.text, DESCRIPTION),
        fields=tuple(_fit_field(field) for field in _fit_count(panel.fields)),
        footer=cut(panel.footer, FOOTER),
    )
    return _fit_total(fitted)


def _fit_count(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    if len(fields) <= FIELDS:
        return fields
    left = len(fields) - (FIELDS - 1)
    return (*fields[: FIELDS - 1], Field("…", f"and {left} more"))


def _fit_field(field: Field) -> Field:
    return Field(cut(field.name, FIELD_NAME) or EMPTY, cut(field.value, FIELD_VALUE) or EMPTY)


def _fit_total(panel: Panel) -> Panel:
    """Keep the whole under 6,000: title, footer and fields in their order, the text in what they leave."""
    room = PANEL - length(panel.title) - length(panel.footer)
    kept = []
    for field in panel.fields:
        if room < length(field.name) + length(field.value):
            break
        room -= length(field.name) + length(field.value)
        kept.append(field)
    return replace(panel, fields=tuple(kept), text=cut(panel.text, min(DESCRIPTION, room)))
