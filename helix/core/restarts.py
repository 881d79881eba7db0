"""A program has ended: is it started again, when, and is it worth going on?

supervisord restarts at once and for ever once a program has lived past `startsecs`, so the warden decides instead:

| the program                                    | essential             | another                |
|------------------------------------------------|-----------------------|------------------------|
| ended with 78: its settings are wrong          | give up, exit 78      | leave it down          |
| its first end in the window                    | restart at once       | restart at once        |
| ended again                                    | restart after a delay | restart after a delay  |
| `early_limit` ends in a row soon after a start | give up, exit 70      | restart, longest delay |
| (or with its own word that it can't go on)     |                       |                        |
| `window_limit` ends within the window          | give up, exit 70      | restart, longest delay |

Giving up means: flush, stop everything, and leave with a status that tells the platform to start a new container.
"""

from collections.abc import Sequence
from dataclasses import dataclass

EX_CONFIG = 78
EX_SOFTWARE = 70

REASONS = ("expected", "error", "early", "config", "signal", "hang")
"""Kinds of end; `early` is one so soon after the start that nobody knows its status."""


@dataclass(frozen=True, slots=True)
class Exit:
    """One end of a program: when (seconds since the epoch), how long it had lived, how it ended.

    `cause` and `remedy` are the program's own last words, where it had any.
    """

    at: float
    lived_seconds: float
    status: int
    reason: str
    cause: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a program may end before it is given up, and how long it waits between."""

    window_seconds: float = 600.0
    window_limit: int = 10
    early_seconds: float = 10.0
    early_limit: int = 5
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Restart:
    """Start it again after this many seconds."""

    after_seconds: float


@dataclass(frozen=True, slots=True)
class LeaveDown:
    """A restart can't help and the container can go on without it."""

    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The container can't go on: stop everything and leave with `status`."""

    status: int
    cause: str
    remedy: str


Decision = Restart | LeaveDown | GiveUp


def decide(program: str, exits: Sequence[Exit], *, essential: bool, patience: Patience | None = None) -> Decision:
    """Decide after the last of *exits* (oldest first, at least one) of *program*, as the table above says."""
    patience = patience or Patience()
    last = exits[-1]
    if last.status == EX_CONFIG:
        return _settings_wrong(program, last, essential=essential)

    recent = within(exits, last.at, patience.window_seconds)
    early = _early_in_a_row(recent, patience.early_seconds)
    if essential and (early >= patience.early_limit or len(recent) >= patience.window_limit):
        return GiveUp(
            EX_SOFTWARE,
            f"{program} can't be kept up: it ended {len(recent)} times, the last time with {describe(last)}",
            last.remedy
            or f"the lines of {program} in the log before each end say why; a release that worked can be redeployed",
        )
    return Restart(_delay(len(recent), patience))


def within(exits: Sequence[Exit], now: float, seconds: float) -> Sequence[Exit]:
    """Give those of *exits* that happened in the last *seconds* before *now*."""
    return [exit_ for exit_ in exits if now - exit_.at <= seconds]


def describe(exit_: Exit) -> str:
    """Say how a program ended, in words; with its own, if it had any."""
    match exit_.reason:
        case "signal":
            how = "a signal"
        case "hang":
            how = "a hang"
        case "early":
            how = "an end right after its start"
        case _:
            how = f"exit status {exit_.status}"
    return f"{how}: {exit_.cause}" if exit_.cause else how


def _settings_wrong(program: str, last: Exit, *, essential: bool) -> Decision:
    cause = last.cause or f"{program} refuses its settings (exit status {EX_CONFIG})"
    remedy = last.remedy or f"the last lines of {program} in the log name the setting; correct it and deploy again"
    return GiveUp(EX_CONFIG, cause, remedy) if essential else LeaveDown(cause, remedy)


def _early_in_a_row(exits: Sequence[Exit], early_seconds: float) -> int:
    count = 0
    for exit_ in reversed(exits):
        # who says itself that it can't go on may have taken its time for that, on a busy machine
        if exit_.lived_seconds > early_seconds and not exit_.cause:
            break
        count += 1
    return count


def _delay(ends: int, patience: Patience) -> float:
    """0, then doubling from the first delay; the exponent is bounded so that no count overflows."""
    if ends <= 1:
        return 0.0
    return min(patience.longest_delay_seconds, patience.first_delay_seconds * 2.0 ** min(ends - 2, 30))
