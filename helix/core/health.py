"""How is Helix, given what its programs say and what supervisord sees?

`judge` is the one verdict: `/health`, the dashboard, `!status`, `helix status` and `helix doctor` all print it,
so they can't disagree. A situation is judged from top to bottom, and every cause found is kept:

| what is seen                                              | essential program | another program |
|-----------------------------------------------------------|-------------------|-----------------|
| supervisord does not answer                               | fail              | fail            |
| no report yet, program STARTING or younger than its grace | fail (starting)   | warn            |
| not RUNNING (BACKOFF, EXITED, FATAL, STOPPED)              | fail              | warn            |
| RUNNING, but the report is older than `stale_seconds`     | fail (hung)       | warn            |
| its report can't be read, or has another schema           | fail              | warn            |
| a check in its report fails                               | fail              | warn            |
| a check in its report warns                               | warn              | warn            |

A start-up probe that fails counts whatever program it is about: the image is not whole.
Ready = no fail, and sync says `standby` or `writer`. An outage of MEGA or Discord is a `warn` of their reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

JsonScalar = str | int | float | bool | None

SCHEMA = 1
"""Version of the report's shape; a reader refuses any other."""


class Status(StrEnum):
    """The three answers of `application/health+json`."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


class State(StrEnum):
    """Where the container is on its way; sync's report says which."""

    STARTING = "starting"
    STANDBY = "standby"
    WRITER = "writer"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    `name` is `<component>:<measurement>`; `output` is the cause and `remedy` what to do: both are public,
    so neither holds a secret, a path of the host or an account name. `time` is in seconds since the epoch.
    """

    name: str
    status: Status
    output: str = ""
    remedy: str = ""
    time: float = 0.0
    observed_value: JsonScalar = None
    observed_unit: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a program says about itself; posted whole, about once a second."""

    program: str
    pid: int
    version: str
    commit: str
    state: str
    started_at: float
    posted_at: float
    checks: tuple[Check, ...] = ()
    facts: Mapping[str, JsonScalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A report that is there and can't be used, with the reason."""

    program: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProgramState:
    """How supervisord sees a program; `state` is its own word, such as RUNNING or FATAL."""

    name: str
    state: str
    pid: int
    started_at: float
    exit_status: int
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a verdict is made from. `programs` is None when supervisord does not answer."""

    now: float
    essential: frozenset[str]
    programs: Mapping[str, ProgramState] | None
    reports: Mapping[str, Report | Unreadable]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long silence may last before it is called a hang.

    `stale_seconds` is five missed posts; `grace_seconds` covers imports and the first post on a slow machine.
    """

    stale_seconds: float = 5.0
    grace_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: the worst status, the state, and every check behind it."""

    status: Status
    state: State
    ready: bool
    started: bool
    checks: tuple[Check, ...]
    programs: tuple[ProgramState, ...]
    now: float

    @property
    def causes(self) -> tuple[Check, ...]:
        """The checks that are not passing, the worst first."""
        bad = [check for check in self.checks if check.status is not Status.PASS]
        return tuple(sorted(bad, key=lambda check: check.status is not Status.FAIL))


STARTUP_COMPONENT = "startup"
"""Component of the start-up probes' checks in the health server's report."""

_ALIVE_SOON = ("STARTING", "BACKOFF")


def judge(situation: Situation, limits: Limits = Limits()) -> Verdict:
    """Sum up *situation* as the table above says; pure, total and independent of the order of its inputs."""
    checks: list[Check] = []
    if situation.programs is None:
        checks.append(_supervisor_silent(situation.now))
    for name in _expected_programs(situation):
        checks.extend(_judge_program(name, situation, limits))
    for name in sorted(situation.reports):
        checks.extend(_checks_of(situation.reports[name], essential=name in situation.essential))

    worst = _worst(checks)
    state = _state_of(situation.reports.get("sync"))
    started = _started(checks, situation.reports.get("health"))
    restored = state in (State.STANDBY, State.WRITER)
    if not restored and worst is not Status.FAIL:
        checks.append(_not_restored(state, situation.now))
        worst = Status.FAIL
    return Verdict(
        status=worst,
        state=state,
        ready=worst is not Status.FAIL and started,
        started=started,
        checks=tuple(checks),
        programs=tuple(sorted((situation.programs or {}).values(), key=lambda program: program.name)),
        now=situation.now,
    )


def _expected_programs(situation: Situation) -> Sequence[str]:
    return sorted(situation.essential | set(situation.reports) | set(situation.programs or {}))


def _judge_program(name: str, situation: Situation, limits: Limits) -> list[Check]:
    """Say whether one program runs and answers; exactly one check."""
    bad = Status.FAIL if name in situation.essential else Status.WARN
    program = (situation.programs or {}).get(name)
    report = situation.reports.get(name)

    def check(status: Status, output: str = "", remedy: str = "", value: JsonScalar = None) -> list[Check]:
        return [Check(f"program:{name}", status, output, remedy, situation.now, value)]

    if situation.programs is not None and (program is None or program.state != "RUNNING"):
        return check(bad, *_not_running(name, program))
    if isinstance(report, Unreadable):
        return check(bad, f"{name}'s report can't be read: {report.reason}", _restart_remedy(name), "unreadable")
    if report is None:
        return check(bad, *_silent(name, program, situation.now, limits))
    age = situation.now - report.posted_at
    if program is not None and program.pid and report.pid != program.pid:
        return check(bad, *_silent(name, program, situation.now, limits))
    if age > limits.stale_seconds:
        return check(
            bad,
            f"{name} is hung: it has not answered for {age:.0f} s",
            f"the warden restarts it by itself; if it comes back, look for the last lines of {name} in the log",
            "hung",
        )
    return check(Status.PASS, value="running")


def _not_running(name: str, program: ProgramState | None) -> tuple[str, str, str]:
    if program is None:
        return f"{name} is not known to supervisord", "restore supervisord.conf of this release", "unknown"
    state = program.state
    if state == "STARTING":
        return f"{name} is starting", "wait a few seconds", state.lower()
    cause = f": {program.cause}" if program.cause else ""
    return f"{name} is not running (supervisord says {state}{cause})", _restart_remedy(name), state.lower()


def _silent(name: str, program: ProgramState | None, now: float, limits: Limits) -> tuple[str, str, str]:
    age = now - program.started_at if program is not None else 0.0
    if program is not None and age > limits.grace_seconds:
        return f"{name} is hung: it runs for {age:.0f} s and has not reported", _restart_remedy(name), "hung"
    return f"{name} is starting: no report yet", "wait a few seconds", "starting"


def _restart_remedy(name: str) -> str:
    return f"the warden restarts it; the lines of {name} in the log say why it stopped"


def _supervisor_silent(now: float) -> Check:
    return Check(
        "supervisor:responds",
        Status.FAIL,
        "supervisord does not answer",
        "start Helix with `helix up`; if it runs, restart the container",
        now,
    )


def _checks_of(report: Report | Unreadable, *, essential: bool) -> list[Check]:
    """Take over a report's checks; a program that is not essential can't fail the whole."""
    if isinstance(report, Unreadable):
        return []
    return [_softened(check) if not essential and not _is_startup(check) else check for check in report.checks]


def _softened(check: Check) -> Check:
    if check.status is not Status.FAIL:
        return check
    return Check(
        check.name,
        Status.WARN,
        check.output,
        check.remedy,
        check.time,
        check.observed_value,
        check.observed_unit,
    )


def _is_startup(check: Check) -> bool:
    return check.name.startswith(f"{STARTUP_COMPONENT}:")


def _started(checks: Sequence[Check], health: Report | Unreadable | None) -> bool:
    """Started = the probes have run (the health server says so) and none of them fails."""
    if not isinstance(health, Report) or not health.facts.get("probes_done"):
        return False
    return not any(_is_startup(check) and check.status is Status.FAIL for check in checks)


def _state_of(sync: Report | Unreadable | None) -> State:
    if isinstance(sync, Report) and sync.state in set(State):
        return State(sync.state)
    return State.STARTING


def _not_restored(state: State, now: float) -> Check:
    if state is State.STOPPING:
        return Check("sync:state", Status.FAIL, "Helix is stopping", "wait for the new container", now, state)
    return Check("sync:state", Status.FAIL, "the files are not restored yet", "wait for sync", now, state)


def _worst(checks: Sequence[Check]) -> Status:
    statuses = {check.status for check in checks}
    for status in (Status.FAIL, Status.WARN):
        if status in statuses:
            return status
    return Status.PASS
