"""What do `status`, `heartbeat`, `doctor` and `version` say?

Causes and remedies come from `helix.core.wording`, so the bot says what `/health` and the command line say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helix.core import wording
from helix.core.health import Check, Status, Verdict
from services.bot.replies import reply
from services.bot.replies.reply import MARKS, Field, Panel, Reply, tone_of

CHECK_MARKS = {Status.PASS: "✅", Status.WARN: "⚠️", Status.FAIL: "❌"}


@dataclass(frozen=True, slots=True)
class Beat:
    """What `heartbeat` shows; None is "not known"."""

    connected: bool
    ack_age: float | None
    loop_lag: float
    uptime: float
    resumes: int
    lives: int
    last_success: float | None


def status(verdict: Verdict, version: str, commit: str, folders: Sequence[Mapping[str, Any]] | None) -> Reply:
    """Say how Helix is, why, and what to do; *folders* is None when sync does not answer."""
    tone = tone_of(verdict.status)
    told = [f"{MARKS[tone]} **{wording.headline(verdict)}** · release {version} ({commit[:12]})"]
    told += wording.lines(verdict)
    fields = [Field("Programs", _programs(verdict))]
    if folders is None:
        fields.append(Field("Folders", "sync does not answer, so nothing is known of the folders"))
    else:
        fields += [Field(f"Folder {folder['name']}", _folder(folder)) for folder in folders]
    return Reply("\n".join(told), Panel(fields=tuple(fields), footer=f"release {version} {commit}", tone=tone))


def doctor(verdict: Verdict, probed: Sequence[Check]) -> Reply:
    """Tell the verdict, what the probes found just now, and every check by its component."""
    failed = [check for check in probed if check.status is not Status.PASS]
    status = Status.FAIL if any(check.status is Status.FAIL for check in failed) else verdict.status
    lines = wording.lines(verdict)
    lines += [line for line in map(wording.line, failed) if line not in lines]
    tone = tone_of(status)
    found_now = f"{len(probed)} start-up probes ran just now, {len(failed)} found something"
    told = [f"{MARKS[tone]} **{wording.headline(verdict)}** · {found_now}"]
    components: dict[str, list[Check]] = {}
    anew = {check.name for check in probed}
    for check in (*(check for check in verdict.checks if check.name not in anew), *probed):
        components.setdefault(check.name.partition(":")[0], []).append(check)
    fields = tuple(Field(name, "\n".join(_check(check) for check in found)) for name, found in components.items())
    return Reply("\n".join([*told, *lines]), Panel(title="Every check", fields=fields, tone=tone))


def heartbeat(beat: Beat) -> Reply:
    """Say that the bot lives, and how closely Discord answers it."""
    answered = "not yet" if beat.ack_age is None else f"{reply.span(beat.ack_age)} ago"
    tone = reply.Tone.GOOD if beat.connected else reply.Tone.WARN
    fields = (
        Field("Discord's last heartbeat answer", answered),
        Field("Event loop lag", f"{beat.loop_lag * 1000:.0f} ms"),
        Field("Up for", reply.span(beat.uptime)),
        Field("Sessions resumed / clients built", f"{beat.resumes} / {beat.lives}"),
        Field("Last finished pass", reply.when(beat.last_success)),
    )
    text = (
        f"{MARKS[tone]} **Alive** for {reply.span(beat.uptime)} · heartbeat answered {answered} · "
        f"loop lag {beat.loop_lag * 1000:.0f} ms · last finished pass {reply.when(beat.last_success)}"
    )
    return Reply(text, Panel(fields=fields, tone=tone))


def version(release: str, commit: str, libraries: Mapping[str, str]) -> Reply:
    """Say which release runs, and on what."""
    told = " · ".join(f"{name} {number}" for name, number in libraries.items())
    return Reply(f"🔹 **Helix {release}** · commit {reply.code(commit)}\n{told}")


def _programs(verdict: Verdict) -> str:
    if not verdict.programs:
        return "supervisord does not answer"
    return "\n".join(
        f"{program.name}: {program.state}" + (f", since {reply.when(program.started_at)}" if program.pid else "")
        for program in verdict.programs
    )


def _folder(folder: Mapping[str, Any]) -> str:
    told = [
        f"{folder['state']}, {folder['mode']} with {reply.code(str(folder['remote']))}",
        f"{folder['files']['local']} files here, {folder['files']['remote']} there, {folder['pending']} pending",
        f"last finished pass {reply.when(folder['last_success'])}",
    ]
    if folder["conflicts"]:
        told.append(f"{folder['conflicts']} conflicts: see `sync conflicts`")
    for trouble in (folder["error"], folder["guard"]):
        if trouble:
            told.append(f"⚠️ {trouble.get('message') or trouble.get('text')} → {trouble['remedy']}")
    if folder["progress"]:
        told.append(progress(folder["progress"]))
    return "\n".join(told)


def progress(now: Mapping[str, Any]) -> str:
    """Show how far a pass is, from sync's own figures."""
    eta = now.get("eta_seconds")
    left = f", about {reply.span(eta)} left" if eta is not None else ""
    return (
        f"{now['done']} of {now['total']} actions, {wording.size(now['bytes_done'])} of "
        f"{wording.size(now['bytes_total'])}, {wording.size(now['bytes_per_second'] or 0)}/s{left}"
    )


def _check(check: Check) -> str:
    name = check.name.partition(":")[2] or check.name
    return f"{CHECK_MARKS[check.status]} {name}" + (f": {check.output}" if check.output else "")
