"""Which changes of the verdict are people told of, and when is it better to be silent?

One memory a check; `decide` is called with the present causes every few seconds.

| the check                                            | people read                             |
|------------------------------------------------------|-----------------------------------------|
| stops passing, and stays so for `confirm_seconds`    | failure, once                           |
| was told as a warning and fails now                  | failure, once more                      |
| passes again for `calm_seconds`, and was told        | recovery: how long, how many times      |
| passes again before it was told                      | nothing                                 |
| breaks for the `flaps`-th time in `flap_seconds`     | flapping, once; then nothing until …    |
| … it passed for `flap_calm_seconds`                  | recovery, with the count                |

So a hundred equal failures are one alert and one recovery. Times are seconds since the epoch, given by the caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from helix.core.health import Check, Status


class Kind(StrEnum):
    """What an alert tells."""

    FAILURE = "failure"
    RECOVERY = "recovery"
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell: the check as it was last seen, since when, how often it broke."""

    kind: Kind
    check: Check
    since: float
    at: float
    times: int


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """How sure and how patient to be; a restart by the warden takes less than `confirm_seconds`."""

    confirm_seconds: float = 10.0
    calm_seconds: float = 30.0
    flaps: int = 4
    flap_seconds: float = 600.0
    flap_calm_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is remembered of one check that does not pass, or did not a moment ago.

    `since` is when it first broke, `times` how often it did since; `broke` holds the starts of its last bouts.
    `good_since` is None while it does not pass; `told` is what people know of it. Once it is over it rests for
    `flap_seconds`, for only then can a check that breaks again be called flapping.
    """

    check: Check
    since: float
    broke: tuple[float, ...]
    times: int = 1
    good_since: float | None = None
    told: Status | None = None
    flapping: bool = False
    resting: bool = False


Memory = Mapping[str, Trouble]


def decide(memory: Memory, causes: Sequence[Check], now: float, limits: AlertLimits) -> tuple[Memory, Sequence[Alert]]:
    """Compare *causes* (the checks that do not pass) with what is remembered; give the new memory and what to tell."""
    worst: dict[str, Check] = {}
    for check in causes:
        known = worst.get(check.name)
        if known is None or check.status is Status.FAIL:
            worst[check.name] = check
    kept: dict[str, Trouble] = {}
    alerts: list[Alert] = []
    for name in sorted(set(memory) | set(worst)):
        bad = worst.get(name)
        trouble = _mended(memory[name], now) if bad is None else _broken(memory.get(name), bad, now)
        after, alert = _tell(trouble, now, limits)
        if alert is not None:
            alerts.append(alert)
        if after is not None:
            kept[name] = after
    return kept, alerts


def _broken(trouble: Trouble | None, check: Check, now: float) -> Trouble:
    """Remember that the check does not pass now."""
    if trouble is None:
        return Trouble(check, since=now, broke=(now,))
    if trouble.good_since is None:
        return replace(trouble, check=check)
    if trouble.resting:
        return Trouble(check, since=now, broke=(*trouble.broke, now)[-16:])
    return replace(trouble, check=check, broke=(*trouble.broke, now)[-16:], times=trouble.times + 1, good_since=None)


def _mended(trouble: Trouble, now: float) -> Trouble:
    """Remember that the check passes now."""
    return trouble if trouble.good_since is not None else replace(trouble, good_since=now)


def _tell(trouble: Trouble, now: float, limits: AlertLimits) -> tuple[Trouble | None, Alert | None]:
    """Give what stays remembered of *trouble* (None: it is over) and what to tell of it."""
    if trouble.good_since is not None:
        return _tell_good(trouble, now - trouble.good_since, now, limits)
    if trouble.flapping:
        return trouble, None
    recent = [start for start in trouble.broke if start > now - limits.flap_seconds]
    if len(recent) >= limits.flaps:
        flapping = replace(
            trouble, flapping=True, told=trouble.check.status, since=recent[0], times=max(trouble.times, len(recent))
        )
        return flapping, _alert(Kind.FLAPPING, flapping, now)
    confirmed = now - trouble.broke[-1] >= limits.confirm_seconds
    worse = trouble.told is Status.WARN and trouble.check.status is Status.FAIL
    if confirmed and (trouble.told is None or worse):
        return replace(trouble, told=trouble.check.status), _alert(Kind.FAILURE, trouble, now)
    return trouble, None


def _tell_good(trouble: Trouble, calm: float, now: float, limits: AlertLimits) -> tuple[Trouble | None, Alert | None]:
    if trouble.resting:
        return trouble if calm < limits.flap_seconds else None, None
    if calm < (limits.flap_calm_seconds if trouble.flapping else limits.calm_seconds):
        return trouble, None
    alert = _alert(Kind.RECOVERY, trouble, now) if trouble.told is not None else None
    return replace(trouble, resting=True), alert


def _alert(kind: Kind, trouble: Trouble, now: float) -> Alert:
    return Alert(kind, trouble.check, trouble.since, now, trouble.times)
