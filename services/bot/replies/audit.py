"""What does `audit` say?"""

from collections.abc import Sequence

from services.bot.audit import Entry
from services.bot.replies import reply
from services.bot.replies.reply import MARKS, Panel, Reply, Tone, code

_MARKS = {"ok": "✅", "denied": "⛔"}


def listing(entries: Sequence[Entry], page: int, broken_at: int | None) -> Reply:
    """List deeds, the newest first, and say whether the file is whole."""
    if broken_at is None:
        head = f"{MARKS[Tone.GOOD]} **Audit log**, page {page}: the chain is whole"
    else:
        head = f"{MARKS[Tone.BAD]} **Audit log**, page {page}: it was changed at line {broken_at}"
    lines = [_line(entry) for entry in entries]
    return Reply(head, Panel(text="\n".join(lines) or "nothing yet"))


def _line(entry: Entry) -> str:
    deed = entry.deed
    arguments = ", ".join(f"{name}={value}" for name, value in deed.arguments.items())
    told = f" {code(arguments)}" if arguments else ""
    return (
        f"{_MARKS.get(deed.outcome, '❌')} {entry.number}. {reply.when(deed.time)} <@{deed.user_id}> "
        f"**{deed.command}**{told} · {deed.outcome} · {reply.span(deed.seconds)} · {code(deed.correlation)}"
    )
