"""What do `testmega` and the `sync` commands say?"""

from collections.abc import Mapping, Sequence
from typing import Any

from helix.core import wording
from services.bot.replies import reply
from services.bot.replies.reply import MARKS, Field, Panel, Reply, Tone, code

Json = Mapping[str, Any]

PAGE = 15
_OUTCOMES = {
    "done": Tone.GOOD,
    "nothing": Tone.GOOD,
    "partial": Tone.WARN,
    "guarded": Tone.WARN,
    "stopped": Tone.WARN,
    "failed": Tone.BAD,
}


def selftest(result: Json) -> Reply:
    """Tell the round trip of each remote, and the failing step with its remedy."""
    told = [_remote(remote) for remote in result["remotes"]] or ["🟡 there is no remote to test"]
    fields = tuple(
        Field(str(remote["remote"]), "\n".join(_step(step) for step in remote["steps"])) for remote in result["remotes"]
    )
    return Reply("\n".join(told), Panel(fields=fields, tone=Tone.GOOD if result["ok"] else Tone.BAD))


def _remote(remote: Json) -> str:
    name = code(str(remote["remote"]))
    if remote["ok"]:
        steps = ", ".join(str(step["step"]) for step in remote["steps"])
        return f"{MARKS[Tone.GOOD]} **Round trip passed** on {name} in {reply.span(remote['seconds'])}: {steps}"
    failed = next((step for step in remote["steps"] if not step["ok"]), None)
    if failed is None:
        return f"{MARKS[Tone.BAD]} **Round trip failed** on {name}"
    remedy = f" → {failed['remedy']}" if failed["remedy"] else ""
    return f"{MARKS[Tone.BAD]} **Round trip failed** on {name} at **{failed['step']}**: {failed['output']}{remedy}"


def _step(step: Json) -> str:
    mark = "✅" if step["ok"] else "❌"
    output = f": {step['output']}" if step["output"] else ""
    return f"{mark} {step['step']}, {reply.span(step['seconds'])}{output}"


def folders(status: Json) -> Reply:
    """Tell in one line each how the folders are."""
    lines = [
        f"{code(folder['name'])} {folder['state']} · {folder['pending']} pending · last finished pass "
        f"{reply.when(folder['last_success'])}"
        for folder in status["folders"]
    ]
    paused = "⏸️ **Paused**" if status["paused"] else f"{MARKS[Tone.PLAIN]} **Sync**"
    return Reply("\n".join([f"{paused} · `sync now` starts a pass", *lines]))


def running(progress: str) -> Reply:
    """Say that a pass runs, and how far it is."""
    return Reply(f"{MARKS[Tone.PLAIN]} **Pass running** · {progress or 'looking what has changed'}")


def ended(runs: Sequence[Json]) -> Reply:
    """Tell how the pass ended in each folder; none is a pass that still runs."""
    if not runs:
        return Reply(f"{MARKS[Tone.WARN]} **The pass still runs** · `status` shows how far it is")
    return Reply("\n".join(_ended(run, named=len(runs) > 1) for run in runs))


def _ended(run: Json, *, named: bool) -> str:
    tone = _OUTCOMES.get(str(run["outcome"]), Tone.WARN)
    folder = f" in {code(str(run['folder']))}" if named else ""
    return f"{MARKS[tone]} **Pass ended: {run['outcome']}**{folder} · {_counts(run)}{_error(run)}"


def _counts(result: Json) -> str:
    seconds = (result["finished"] or result["started"]) - result["started"]
    return ", ".join([wording.done(result), wording.size(result["bytes"]), reply.span(seconds)])


def _error(result: Json) -> str:
    error = result["error"]
    match error:
        case None | "":
            return ""
        case {"message": message, **rest}:
            return f"\n{message}" + (f" → {rest['remedy']}" if rest.get("remedy") else "")
        case _:
            return f"\n{error}"


def plan(answer: Json, page: int) -> Reply:
    """List what the next pass would do, and why."""
    found = [(folder["name"], action) for folder in answer["folders"] for action in folder["actions"]]
    total = sum(folder["total"] for folder in answer["folders"])
    told = [f"{MARKS[Tone.WARN]} {trouble}" for folder in answer["folders"] for trouble in _troubles(folder)]
    shown, where = paged(found, page)
    told += [f"{action['action']} {code(_target(action))} · {action['why']}" for _, action in shown]
    head = f"{MARKS[Tone.PLAIN]} **The next pass would do {total} things**{where}" if total else "🟢 **Nothing to do**"
    if not total and any(folder["error"] for folder in answer["folders"]):
        head = f"{MARKS[Tone.WARN]} **No plan**"
    return Reply(head, Panel(text="\n".join(told)) if told else None)


def _troubles(folder: Json) -> list[str]:
    """What stops a folder, or keeps its plan from being made."""
    name, guard, error = code(str(folder["name"])), folder["guard"], folder["error"]
    told = [f"{name}: {guard['text']} → {guard['remedy']}"] if guard else []
    return told + ([f"{name}: {error['message']} → {error['remedy']}"] if error else [])


def _target(action: Json) -> str:
    return f"{action['path']} → {action['to']}" if action["to"] else str(action["path"])


def history(answer: Json) -> Reply:
    """List the last passes, or what happened to one path."""
    if "runs" in answer:
        lines = [
            f"{reply.when(found['started'])} {code(str(found['folder']))} {found['outcome']}: {_counts(found)}"
            for found in answer["runs"]
        ]
        return _listing("The last passes", lines, "no pass has ended yet")
    lines = [
        f"{reply.when(event['time'])} {event['action']} {event['outcome']} · {event['why']}"
        for event in answer["events"]
    ]
    lines += [
        f"kept: {code(str(version['version']))} of {reply.when(version['time'])}, {wording.size(version['size'])}, "
        f"{version['side']} side, {version['reason']}"
        for version in answer["versions"]
    ]
    return _listing(f"What happened to {code(answer['path'])}", lines, "nothing is known of it")


def conflicts(answer: Json) -> Reply:
    """List conflict copies, and the guard rails that wait for a person."""
    lines = [f"⚠️ {guard['folder']}: {guard['text']} → {guard['remedy']}" for guard in answer["guards"]]
    lines += [
        f"{code(found['path'])}, the other side's content is in {code(found['copy'])}, {reply.when(found['time'])}"
        for found in answer["conflicts"]
    ]
    return _listing("Waiting for a person", lines, "no conflicts, and no guard rail waits")


def _listing(title: str, lines: Sequence[str], empty: str) -> Reply:
    if not lines:
        return Reply(f"{MARKS[Tone.GOOD]} **{title}**: {empty}")
    return Reply(f"{MARKS[Tone.PLAIN]} **{title}**: {len(lines)}", Panel(text="\n".join(lines)))


def paged(items: Sequence[Any], page: int) -> tuple[Sequence[Any], str]:
    """Give one page of *items*, from 1, and the words that say which."""
    pages = max(1, -(-len(items) // PAGE))
    page = min(max(1, page), pages)
    where = f" · page {page} of {pages}" if pages > 1 else ""
    return items[(page - 1) * PAGE : page * PAGE], where
