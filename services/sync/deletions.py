"""How many files did the last minutes cost that nobody was asked about?

The path's history tells what was deleted, across restarts; an answer to a guard rail sets off what it allowed.
"""

import json
import time
from collections.abc import Iterable

from helix.core.guards import WINDOW_SECONDS, Approval, TripKind
from services.sync.journal import history
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Fact

_ALLOWED = "deletions_allowed"


def recent(journal: Journal, now: float) -> int:
    """Files that were deleted on either side in the last minutes, unless a person has allowed it. Blocking."""
    since: float
    allowed: int
    since, allowed = json.loads(journal.fact(_ALLOWED) or "[0, 0]")
    if since < now - WINDOW_SECONDS:
        since, allowed = now - WINDOW_SECONDS, 0
    return max(0, history.deleted_since(journal, since) - allowed)


def allowed_now(approvals: Iterable[Approval]) -> list[Fact]:
    """What the journal must know of a pass whose deletions were allowed: from here the count begins anew."""
    amounts = [approval.amount for approval in approvals if approval.kind is TripKind.MASS_DELETION]
    return [Fact(_ALLOWED, json.dumps([time.time(), max(amounts)]))] if amounts else []
