"""What time is it surely, as far as this folder's journal and this machine can tell? (The rule: helix/core/ages.py)"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict

from helix.core.ages import Age, Reading, advance, begin
from services.sync.journal import history
from services.sync.journal.journal import Journal
from services.sync.machine import boot, waking_clock

log = logging.getLogger(__name__)

FACT = "clock"


def read_clocks() -> Reading:
    """The clocks of this machine, now."""
    return Reading(time.time(), waking_clock(), boot())


class SureTime:
    """The sure time of one folder; each look is written down, for the next life to go on from. Blocking."""

    def __init__(self, journal: Journal, *, clocks: Callable[[], Reading] = read_clocks) -> None:
        self._journal = journal
        self._clocks = clocks
        self._age: Age | None = None

    def look(self, keep: float) -> float:
        """The time in seconds since 1970, where things are kept for `keep` seconds. Raises `JournalFailed`."""
        read = self._clocks()
        before = self._age or _decode(self._journal.fact(FACT) or "")
        age = advance(before, read, keep) if before else begin(read, history.newest_version(self._journal))
        if age.ahead > (before.ahead if before else 0.0):
            log.warning("clock_not_believed", extra={"ahead": round(age.ahead), "kept_longer": round(keep)})
        self._age = age
        self._journal.set_own_fact(FACT, json.dumps(asdict(age)))
        return age.sure


def _decode(text: str) -> Age | None:
    """Read a fact; one that can't be read counts as none."""
    try:
        body = json.loads(text or "null")
        clock, counter, named = body["read"]
        read = Reading(float(clock), float(counter), str(named))
        return Age(read, float(body["ahead"]), float(body["steady"]))
    except (ValueError, TypeError, KeyError):
        return None
