"""What stands in the status channel and beside the bot's name?"""

from collections.abc import Sequence
from dataclasses import dataclass

from helix.core import wording
from helix.core.alerts import Alert, Kind
from helix.core.health import Status, Verdict
from services.bot.replies import reply
from services.bot.replies.reply import MARKS, Reply, Tone, tone_of

PRESENCE_TEXT = 128
"""Discord's limit for a status text."""


@dataclass(frozen=True, slots=True)
class Presence:
    """The dot beside the bot's name (`online`, `idle`, `dnd`), and the text under it."""

    dot: str
    text: str


def presence(verdict: Verdict) -> Presence:
    """Show the verdict, the gravest cause first."""
    dot = {Status.PASS: "online", Status.WARN: "idle", Status.FAIL: "dnd"}[verdict.status]
    failing = [check.output for check in verdict.causes if check.status is Status.FAIL and check.output]
    text = f"Not ready: {failing[0]}" if failing else wording.headline(verdict)
    return Presence(dot, reply.cut(text, PRESENCE_TEXT))


def alert(told: Alert) -> str:
    """Tell one alert in one line, with the cause and the remedy that `/health` gives."""
    cause = told.check.output or told.check.name
    match told.kind:
        case Kind.FAILURE:
            return (
                f"{MARKS[tone_of(told.check.status)]} **{wording.line(told.check)}** · since {reply.when(told.since)}"
            )
        case Kind.FLAPPING:
            return (
                f"🟠 **Comes and goes: {cause}** · {told.times} times since {reply.when(told.since)} "
                f"→ {told.check.remedy or 'look at the log'}; I say no more of it until it stays well"
            )
        case Kind.RECOVERY:
            times = "" if told.times == 1 else f", {told.times} times"
            return f"{MARKS[Tone.GOOD]} **Well again** after {reply.span(told.at - told.since)}{times}: {cause}"


def digest(alerts: Sequence[Alert], dropped: int) -> tuple[Reply, int]:
    """Tell as many of *alerts* as one message holds; give the message and how many it tells."""
    lines = [f"… {dropped} older alerts were dropped while Discord was away"] if dropped else []
    count = 0
    for one in alerts:
        line = reply.cut(alert(one), reply.TEXT // 2)
        if count and reply.length("\n".join([*lines, line])) > reply.TEXT:
            break
        lines.append(line)
        count += 1
    return Reply("\n".join(lines)), count
