"""What does the warden report: which programs fall over, which are left down, and the counts as metrics?"""

import time

from prometheus_client import CollectorRegistry, Counter, generate_latest

from helix.core import restarts
from helix.core.health import Check, Status
from helix.lifecycle import Pulse
from services.warden.ward import Ward

WATCHED = ("health", "sync", "bot", "rclone")
RECENT_SECONDS = 300.0


def pulse(ward: Ward) -> Pulse:
    """Sum up the ward."""
    now = time.time()
    return Pulse("watching", tuple(_check(ward, program, now) for program in WATCHED), metrics=_metrics(ward))


def _check(ward: Ward, program: str, now: float) -> Check:
    """Say whether *program* stays up; a restart must not be hidden by its success."""
    name = f"{program}:restarts"
    if (decision := ward.down.get(program)) is not None:
        return Check(name, Status.FAIL, decision.cause, decision.remedy, now)
    recent = restarts.within(ward.exits.get(program, ()), now, RECENT_SECONDS)
    if not recent:
        return Check(name, Status.PASS, time=now, observed_value=0)
    return Check(
        name,
        Status.WARN,
        f"{program} ended {len(recent)} times in the last 5 minutes, the last time with {restarts.describe(recent[-1])}"
        if len(recent) > 1
        else f"{program} was restarted in the last 5 minutes, after {restarts.describe(recent[-1])}",
        recent[-1].remedy or f"the lines of {program} in the log before its end say why",
        now,
        len(recent),
    )


def _metrics(ward: Ward) -> str:
    """Write the counters; every known label stands from the start, so that a rate sees the first increase."""
    registry = CollectorRegistry()
    ends = Counter("helix_program_exits", "Ends of a program by reason.", ["program", "reason"], registry=registry)
    starts = Counter("helix_program_restarts", "Restarts of a program by the warden.", ["program"], registry=registry)
    for program in WATCHED:
        starts.labels(program).inc(ward.restarted.get(program, 0))
        for reason in restarts.REASONS:
            ends.labels(program, reason).inc(ward.totals.get((program, reason), 0))
    return generate_latest(registry).decode()
