"""In which JSON shapes does sync answer? The shapes of docs/control-api.md, made from the keepers' standing."""

import re
import time
from collections.abc import Mapping
from itertools import islice
from typing import Any

from helix.core.actions import Action, MoveLocal, MoveRemote, Skip, cost
from helix.core.guards import Trip
from helix.errors import HelixError
from services.sync.apply.executor import Tally
from services.sync.journal.history import Run
from services.sync.journal.notes import Event, Version
from services.sync.keeper import Keeper
from services.sync.look import Look
from services.sync.selftest import Outcome
from services.sync.trash import version_id
from services.sync.verify import Verdict

Json = dict[str, Any]

MAX_ACTIONS = 1000
MAX_NAMED = 1000
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def public_remote(setting: str) -> str:
    """The remote's kind and name, without a path of the host or an account."""
    kind, _, rest = setting.partition(":")
    match kind:
        case "rclone":
            return f"rclone:{rest.partition(':')[0]}"
        case _:
            return kind


def folder(keeper: Keeper) -> Json:
    """FOLDER."""
    standing, settings = keeper.standing, keeper.cycle.folder
    counts = standing.counts
    tally = standing.tally
    return {
        "name": settings.name,
        "mode": settings.mode,
        "remote": public_remote(settings.remote),
        "state": standing.phase.value,
        "files": {"local": counts.local_files, "remote": counts.remote_files} if counts else _both(standing.totals[0]),
        "bytes": {"local": counts.local_bytes, "remote": counts.remote_bytes} if counts else _both(standing.totals[1]),
        "pending": tally.total - tally.done if tally else standing.pending,
        "conflicts": standing.conflicts,
        "last_success": standing.last_success,
        "error": error(standing.error) if standing.error else None,
        "guard": guard(keeper) if standing.trip else None,
        "progress": progress(tally) if tally and tally.total else None,
        **_left_out(standing.skipped, standing.unnamed),
        "failed": [{"path": path, "why": why.message, "remedy": why.remedy} for path, why in standing.failed.items()],
        "failed_count": standing.failed_count,
        "verify": verify(keeper.verifier.verdict) if keeper.verifier.verdict else None,
    }


def _both(in_sync: int) -> Json:
    """What was in sync before the start, until a pass has looked."""
    return {"local": in_sync, "remote": in_sync}


def error(failure: HelixError) -> Json:
    """What is wrong and what to do."""
    return {"message": failure.message, "remedy": failure.remedy}


def guard(keeper: Keeper) -> Json | None:
    """GUARD."""
    trip = keeper.standing.trip
    return _trip(keeper.name, trip, keeper.standing.tripped_at) if trip else None


def _trip(name: str, trip: Trip, when: float) -> Json:
    return {"folder": name, "kind": trip.kind.value, "text": trip.text, "remedy": trip.remedy, "time": when}


def progress(tally: Tally) -> Json:
    """PROGRESS: what has ended, and of what is under way the bytes that have moved."""
    rate = tally.meter.rate()
    done = min(tally.bytes_done + tally.meter.flying, tally.bytes_total)
    left = tally.bytes_total - done
    return {
        "done": tally.done,
        "total": tally.total,
        "bytes_done": done,
        "bytes_total": tally.bytes_total,
        "bytes_per_second": rate,
        "eta_seconds": left / rate if rate else None,
    }


def run(name: str, run: Run) -> Json:
    """RUN."""
    return {
        "id": run.id,
        "folder": name,
        "started": run.started,
        "finished": run.finished,
        "outcome": run.outcome,
        "uploaded": run.uploaded,
        "downloaded": run.downloaded,
        "trashed": run.trashed,
        "moved": run.moved,
        "conflicts": run.conflicts,
        "failed": run.failed,
        "waiting": run.waiting,
        "left": run.left,
        "bytes": run.bytes,
        "error": run.error,
    }


def plan(name: str, look: Look) -> Json:
    """What the next pass would do."""
    actions = [action for action in look.plan.actions if not isinstance(action, Skip)]
    return {
        "name": name,
        "total": len(actions) + look.plan.rest.count,
        "bytes": sum(cost(action) for action in actions) + look.plan.rest.size,
        "guard": _trip(name, look.trip, time.time()) if look.trip else None,
        "actions": [_action(action) for action in look.plan.actions[:MAX_ACTIONS]],
        **_left_out(look.skipped, look.unnamed),
        "error": None,
    }


def no_plan(name: str, why: HelixError) -> Json:
    """The plan of a folder that can't be looked at."""
    nothing: Json = {"total": 0, "bytes": 0, "guard": None, "actions": [], "skipped": [], "skipped_count": 0}
    return {"name": name, **nothing, "error": error(why)}


def _left_out(named: Mapping[str, str], unnamed: int) -> Json:
    """What is left out on purpose: the first by name, and how many there are. An answer must not grow with a folder."""
    return {"skipped": _named(named), "skipped_count": len(named) + unnamed}


def _named(paths: Mapping[str, str]) -> list[Json]:
    return [{"path": path, "why": why} for path, why in islice(paths.items(), MAX_NAMED)]


def _action(action: Action) -> Json:
    to = action.to if isinstance(action, MoveLocal | MoveRemote) else None
    return {
        "action": _WORD.sub("-", type(action).__name__).lower(),
        "path": action.path,
        "to": to,
        "bytes": cost(action),
        "why": action.why,
    }


def event(name: str, what: Event) -> Json:
    """One line of a path's history."""
    return {
        "folder": name,
        "time": what.time,
        "action": what.action,
        "outcome": what.outcome,
        "size": what.size,
        "why": what.why,
    }


def version(name: str, kept: Version) -> Json:
    """One kept version."""
    return {
        "folder": name,
        "version": version_id(kept),
        "time": kept.time,
        "size": kept.size,
        "side": kept.side.value,
        "reason": kept.reason,
    }


def conflict(name: str, what: Event) -> Json:
    """One conflict copy."""
    return {"folder": name, "path": what.path, "copy": what.outcome, "time": what.time}


def verify(verdict: Verdict) -> Json:
    """How far the comparison is, and what differs."""
    return {
        "state": "done" if verdict.finished else "running",
        "started": verdict.started,
        "finished": verdict.finished,
        "checked": verdict.checked,
        "skipped": verdict.skipped,
        "total": verdict.total,
        "bytes": verdict.bytes,
        "differing": _named(verdict.differing),
        "differing_count": len(verdict.differing),
        "error": error(verdict.error) if verdict.error else None,
    }


def selftest(outcomes: list[Outcome]) -> Json:
    """The round trips."""
    return {
        "ok": all(outcome.ok for outcome in outcomes),
        "remotes": [
            {
                "remote": outcome.remote,
                "ok": outcome.ok,
                "seconds": round(sum(step.seconds for step in outcome.steps), 3),
                "steps": [
                    {
                        "step": step.step,
                        "ok": step.ok,
                        "seconds": step.seconds,
                        "output": step.output,
                        "remedy": step.remedy,
                    }
                    for step in outcome.steps
                ],
            }
            for outcome in outcomes
        ],
    }
