"""How is Helix, given what its programs say and what supervisord sees?

`judge` is the one verdict: `/health`, the dashboard, `!status`, `helix status` and `helix doctor` all print it,
so they can't disagree. A situation is judged from top to bottom, and every cause found is kept:

| what is seen                                                 | essential program | another program |
|--------------------------------------------------------------|-------------------|-----------------|
| the disk of HELIX_HOME does not answer: only this            | fail              | fail            |
| supervisord does not answer (nobody at all: only this)        | fail              | fail            |
| … and the run has left word how it ended: only this          | fail              | fail            |
| supervisord does not know it, or it is neither up nor coming | fail              | warn            |
| (with its own last words, if it had any)                     |                   |                 |
| its report can't be read, or has another schema              | fail              | warn            |
| no report of this run yet, younger than `grace_seconds`      | fail (starting)   | warn            |
| no report of this run yet, older than that                   | fail (hung)       | warn            |
| its report is older than `stale_seconds`, or of the future   | fail (hung)       | warn            |
| a check in its report fails                                  | fail              | warn            |
| a check in its report warns                                  | warn              | warn            |
| a start-up probe fails, or the probes have not ended         | fail              | fail            |
| sync runs and says neither `standby` nor `writer`            | fail              | fail            |

A program that answers is up, whether supervisord says STARTING or already RUNNING: its word for that is only an age.
A report counts only for the process that runs now, so the last words of a dead one are not taken for the living.
Ready = nothing fails. An outage of MEGA or Discord is a `warn` of their reports.
"""

from collections.abc import Sequence
from dataclasses import replace

from helix.core.health import (
    DISK_SILENT,
    REPORTLESS,
    STARTUP_COMPONENT,
    Check,
    JsonScalar,
    Limits,
    ProgramState,
    Report,
    Situation,
    State,
    Status,
    Unreadable,
    Verdict,
    last_words,
)

_UP = ("STARTING", "RUNNING")
_ALIVE = (*_UP, "STOPPING")

DEFAULT_LIMITS = Limits()

_START_SKEW_SECONDS = 2.0
"""supervisord gives whole seconds for a start; a process says its own a moment later."""

WARDEN = "warden"
"""The program that restarts the others, and that only supervisord restarts."""

_SOON = "wait a few seconds"


def judge(situation: Situation, limits: Limits = DEFAULT_LIMITS) -> Verdict:
    """Sum up *situation* as the table above says; pure, total and independent of the order of its inputs."""
    checks: list[Check] = []
    if situation.programs is None and situation.ended is not None:
        situation = replace(situation, reports={})  # leftovers: the note was written after them
    if not situation.disk_answers:
        checks.append(Check("disk:answers", Status.FAIL, DISK_SILENT.output, DISK_SILENT.remedy, situation.now))
    elif situation.programs is None:
        checks.append(_supervisor_silent(situation))
    for name in _known_programs(situation):
        # of a program that can't be heard nothing is known
        if situation.disk_answers:
            checks.append(_judge_program(name, situation, limits))
        report = _current_report(name, situation)
        if report is not None:
            checks.extend(_checks_of(report, essential=name in situation.essential))

    health = _current_report("health", situation)
    started = _started(checks, health)
    # without a health server nothing is probing: then its own absence is the cause, if that is one
    if not started and (_is_probing(health) or _worst(checks) is not Status.FAIL):
        checks.append(_not_probed(situation.now))
    sync = _current_report("sync", situation)
    state = _state_of(sync)
    if state not in (State.STANDBY, State.WRITER) and (sync is not None or _worst(checks) is not Status.FAIL):
        checks.append(_not_restored(state, situation.now))

    worst = _worst(checks)
    return Verdict(
        status=worst,
        state=state,
        ready=worst is not Status.FAIL,
        started=started,
        checks=tuple(checks),
        programs=tuple(sorted((situation.programs or {}).values(), key=lambda program: program.name)),
        now=situation.now,
    )


def _known_programs(situation: Situation) -> Sequence[str]:
    if situation.programs is None and not situation.reports:
        return ()
    return sorted(situation.essential | set(situation.reports) | set(situation.programs or {}))


def _current_report(name: str, situation: Situation) -> Report | None:
    """Give the program's report if the process that wrote it is the one that runs, as far as supervisord can say."""
    report = situation.reports.get(name)
    if not isinstance(report, Report):
        return None
    if situation.programs is None:
        return report
    program = situation.programs.get(name)
    if program is None or program.state not in _ALIVE:
        return None
    same_run = report.pid == program.pid and report.started_at >= program.started_at - _START_SKEW_SECONDS
    return report if same_run else None


def _judge_program(name: str, situation: Situation, limits: Limits) -> Check:
    """Say whether one program runs and answers."""
    bad = Status.FAIL if name in situation.essential else Status.WARN
    program = (situation.programs or {}).get(name)
    report = situation.reports.get(name)

    def check(status: Status, output: str = "", remedy: str = "", value: JsonScalar = None) -> Check:
        return Check(f"program:{name}", status, output, remedy, situation.now, value)

    if situation.programs is not None and (program is None or program.state not in _UP):
        return check(bad, *_not_up(name, program, report))
    if name in REPORTLESS:
        return check(Status.PASS, value="running")
    if isinstance(report, Unreadable):
        return check(bad, f"{name}'s report can't be read: {report.reason}", _restart_remedy(name), "unreadable")
    current = _current_report(name, situation)
    if current is None:
        return check(bad, *_silent(name, program, situation.now, limits))
    age = abs(situation.now - current.posted_at)
    if age > limits.stale_seconds:
        return check(bad, f"{name} is hung: it has not answered for {age:.0f} s", _hang_remedy(name), "hung")
    return check(Status.PASS, value="running")


def _not_up(name: str, program: ProgramState | None, report: Report | Unreadable | None) -> tuple[str, str, str]:
    if program is None:
        return f"{name} is not known to supervisord", "restore supervisord.conf of this release", "unknown"
    if program.state == "STOPPING":
        return f"{name} is stopping", _SOON, "stopping"
    if (words := last_words(report, program.started_at)) is not None:
        return words.output, words.remedy, program.state.lower()
    cause = f": {program.cause}" if program.cause else ""
    output = f"{name} is not running (supervisord says {program.state}{cause})"
    return output, _restart_remedy(name), program.state.lower()


def _silent(name: str, program: ProgramState | None, now: float, limits: Limits) -> tuple[str, str, str]:
    if program is None:
        return f"{name} has not reported", _restart_remedy(name), "silent"
    age = now - program.started_at
    if age > limits.grace_seconds:
        remedy = _hang_remedy(name) if name == WARDEN else _restart_remedy(name)
        return f"{name} is hung: it runs for {age:.0f} s and has not reported", remedy, "hung"
    return f"{name} is starting", _SOON, "starting"


def _hang_remedy(name: str) -> str:
    if name == WARDEN:
        return "restart the container: nobody else restarts a warden that hangs"
    return f"the warden restarts it by itself; if it comes back, read the last lines of {name} in the log"


def _restart_remedy(name: str) -> str:
    if name == WARDEN:
        return "supervisord restarts it; the lines of warden in the log say why it stopped"
    return f"the warden restarts it; the lines of {name} in the log say why it stopped"


def _supervisor_silent(situation: Situation) -> Check:
    """Name the one cause when nothing answers at all: then the silence of each program is only its effect."""
    everybody = "" if situation.reports else ", nor does any program: Helix does not run here"
    remedy = "start Helix with `helix up`; if it runs, restart the container"
    if (ended := situation.ended) is not None:
        everybody += f"; {ended.output}"
        remedy = f"{ended.remedy}, then start Helix with `helix up`" if ended.remedy else "start Helix with `helix up`"
    return Check("supervisor:responds", Status.FAIL, f"supervisord does not answer{everybody}", remedy, situation.now)


def _checks_of(report: Report, *, essential: bool) -> list[Check]:
    """Take over a report's checks; a program that is not essential can't fail the whole."""
    return [check if essential or _is_startup(check) else _softened(check) for check in report.checks]


def _softened(check: Check) -> Check:
    return replace(check, status=Status.WARN) if check.status is Status.FAIL else check


def _is_startup(check: Check) -> bool:
    return check.name.startswith(f"{STARTUP_COMPONENT}:")


def _started(checks: Sequence[Check], health: Report | None) -> bool:
    """Started = the probes have run (the health server says so) and none of them fails."""
    if health is None or not health.facts.get("probes_done"):
        return False
    return not any(_is_startup(check) and check.status is Status.FAIL for check in checks)


def _is_probing(health: Report | None) -> bool:
    return health is not None and not health.facts.get("probes_done")


def _not_probed(now: float) -> Check:
    return Check("startup:probes", Status.FAIL, "the start-up probes have not ended", _SOON, now)


def _state_of(sync: Report | None) -> State:
    if sync is not None and sync.state in set(State):
        return State(sync.state)
    return State.STARTING


def _not_restored(state: State, now: float) -> Check:
    if state is State.STOPPING:
        return Check("sync:state", Status.FAIL, "Helix is stopping", "wait for the new container", now, state)
    return Check("sync:state", Status.FAIL, "the files are not restored yet", "wait for sync to finish", now, state)


def _worst(checks: Sequence[Check]) -> Status:
    statuses = {check.status for check in checks}
    for status in (Status.FAIL, Status.WARN):
        if status in statuses:
            return status
    return Status.PASS
