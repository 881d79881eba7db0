"""In which words does Helix say how it is?

A program posts a `Report` of `Check`s about itself; supervisord gives a `ProgramState` of each; both stand in a
`Situation`, which `helix.core.judge` sums up as a `Verdict`. Data only: nothing here decides.
"""

from collections.abc import Mapping
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


REPORTLESS = frozenset({"rclone"})
"""Programs that are not ours and post nothing: up is what supervisord says, and sync says whether they answer."""

MISCONFIGURED = "misconfigured"
"""State of a program's last report when it leaves with 78: a restart can't help, and its checks say why."""

FAILED = "failed"
"""State of a program's last report when it could not go on, and the next start may: its checks say why."""


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


def last_words(report: "Report | Unreadable | None", started_at: float) -> Check | None:
    """Give why a program left, from its last report; None if it did not say, or said so in an earlier life.

    *started_at* is supervisord's word for the beginning of the life that has ended, in whole seconds.
    """
    if not isinstance(report, Report) or report.state not in (MISCONFIGURED, FAILED):
        return None
    if report.started_at < started_at - 1.0:
        return None
    return next((check for check in report.checks if check.status is Status.FAIL), None)


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
class Told:
    """A cause and its remedy that several places tell in the same words."""

    output: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a verdict is made from. `programs` is None when supervisord does not answer.

    `now` is in seconds since the epoch.
    """

    now: float
    essential: frozenset[str]
    programs: Mapping[str, ProgramState] | None
    reports: Mapping[str, Report | Unreadable]
    disk_answers: bool = True
    """whether the report board could be looked at; if not, there are no reports but the looker's own"""
    ended: Told | None = None
    """how the last run ended and what to do about it, if it left word"""


DISK_SILENT = Told("the disk of HELIX_HOME does not answer", "mount the volume again; if it is, restart the container")


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
        """The checks that are not passing: failures first, and the root of a trouble before its effects."""
        bad = [check for check in self.checks if check.status is not Status.PASS]
        return tuple(sorted(bad, key=_gravity))

    @property
    def passes_by_itself(self) -> bool:
        """Whether it is not ready for nothing but what a start or a stop is under way with: each remedy is to wait."""
        failures = [check for check in self.checks if check.status is Status.FAIL]
        return bool(failures) and all(check.remedy.startswith("wait ") for check in failures)


STARTUP_COMPONENT = "startup"
"""Component of the start-up probes' checks in the health server's report."""

_ROOTS = ("disk", STARTUP_COMPONENT, "supervisor", "program")
"""Components whose trouble explains that of others, the deepest first: a full disk stops programs."""


def _gravity(check: Check) -> tuple[bool, int]:
    component = check.name.partition(":")[0]
    rank = _ROOTS.index(component) if component in _ROOTS else len(_ROOTS)
    return check.status is not Status.FAIL, rank
