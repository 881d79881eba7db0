"""Which situations can Helix be in? Builders of healthy ones, and every way for a program to be ill."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from helix.core.health import Check, JsonScalar, ProgramState, Report, Situation, Status, Unreadable

NOW = 1_700_000_000.0
STARTED = NOW - 600
PROGRAMS = ("health", "sync", "bot", "warden")
ESSENTIAL = frozenset({"health", "sync"})
PROBES = ("imports", "files", "distributions", "settings", "directories", "programs")

Change = Callable[[Situation, str], Situation]


def report(name: str, *checks: Check, **changes: object) -> Report:
    """Make the report of a program that is well."""
    facts: Mapping[str, JsonScalar] = {"probes_done": True} if name == "health" else {}
    state = "writer" if name == "sync" else "running"
    made = Report(name, _pid(name), "1.0", "abc", state, STARTED + 1, NOW - 0.4, checks, facts)
    return replace(made, **changes)  # type: ignore[arg-type]


def program(name: str, state: str = "RUNNING", **changes: object) -> ProgramState:
    """Make supervisord's view of a program."""
    return replace(ProgramState(name, state, _pid(name), STARTED, 0), **changes)  # type: ignore[arg-type]


def healthy(essential: frozenset[str] = ESSENTIAL) -> Situation:
    """Make the situation in which nothing is wrong."""
    return Situation(
        NOW,
        essential,
        {name: program(name) for name in PROGRAMS},
        {name: report(name) for name in PROGRAMS},
    )


def with_report(situation: Situation, name: str, new: Report | Unreadable | None) -> Situation:
    reports = {key: value for key, value in situation.reports.items() if key != name}
    return replace(situation, reports=reports if new is None else {**reports, name: new})


def with_program(situation: Situation, name: str, new: ProgramState | None) -> Situation:
    programs = {key: value for key, value in (situation.programs or {}).items() if key != name}
    return replace(situation, programs=programs if new is None else {**programs, name: new})


def with_check(situation: Situation, name: str, check: Check) -> Situation:
    old = situation.reports[name]
    assert isinstance(old, Report)
    return with_report(situation, name, replace(old, checks=(*old.checks, check)))


@dataclass(frozen=True, slots=True)
class Illness:
    """A way for one program to be ill, and what the verdict has to say of it."""

    name: str
    change: Change
    says: str


def _state(state: str, cause: str, says: str) -> Illness:
    def change(situation: Situation, name: str) -> Situation:
        return with_program(situation, name, program(name, state, pid=0, cause=cause))

    return Illness(state.lower(), change, says)


def _posted(illness: str, says: str, **changes: object) -> Illness:
    return Illness(illness, lambda situation, name: with_report(situation, name, report(name, **changes)), says)


def _young(situation: Situation, name: str) -> Situation:
    started = with_program(situation, name, program(name, started_at=NOW - 3))
    return with_report(started, name, None)


def _pid(name: str) -> int:
    return 100 + PROGRAMS.index(name)


ILLNESSES = (
    _state("BACKOFF", "exit status 1", "{name} is not running (supervisord says BACKOFF: exit status 1)"),
    _state("EXITED", "exit status 0", "{name} is not running (supervisord says EXITED: exit status 0)"),
    _state("FATAL", "exit status 1", "{name} is not running (supervisord says FATAL: exit status 1)"),
    _state("STOPPED", "stopped by hand", "{name} is not running (supervisord says STOPPED: stopped by hand)"),
    _state("UNKNOWN", "", "{name} is not running (supervisord says UNKNOWN)"),
    _state("STOPPING", "", "{name} is stopping"),
    Illness("unlisted", lambda situation, name: with_program(situation, name, None), "{name} is not known"),
    Illness("mute", lambda situation, name: with_report(situation, name, None), "has not reported"),
    Illness("young", _young, "{name} is starting"),
    Illness(
        "torn",
        lambda situation, name: with_report(situation, name, Unreadable(name, "it is not JSON")),
        "{name}'s report can't be read: it is not JSON",
    ),
    _posted("hung", "{name} is hung: it has not answered for 60 s", posted_at=NOW - 60),
    _posted("from the future", "{name} is hung: it has not answered for 3600 s", posted_at=NOW + 3600),
    _posted("another process's report", "{name} is hung: it runs for 600 s and has not reported", pid=7),
    _posted("an earlier run's report", "{name} is hung: it runs for 600 s", started_at=STARTED - 900),
)


def failing(name: str, status: Status = Status.FAIL) -> Check:
    """Make a check that does not pass, with a cause and a remedy of its own."""
    return Check(name, status, f"cause of {name}", f"remedy of {name}", NOW)
