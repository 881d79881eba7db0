"""How does sync say who holds the right to write, or why nobody can tell?

| the lease of a folder                              | check | why                                                    |
|----------------------------------------------------|-------|--------------------------------------------------------|
| is ours, or another container's                    | pass  | one of the two writes                                  |
| could not be asked since the start                 | fail  | not ready: it may be that nobody writes when we do not |
| can't be asked until a person corrects something   | fail  | no waiting helps                                       |
| can't be asked any more                            | warn  | the files are there; Helix goes on asking              |
"""

import time
from collections.abc import Sequence

from helix.core.health import Check, Status
from services.sync.keeper import Keeper
from services.sync.lease import Lease
from services.sync.leases.errors import StoreRefused

NAME = "sync:lease"


def lease_check(keepers: Sequence[Keeper]) -> Check:
    """The one check of all folders: the first that can't be asked, else whether another container writes."""
    alone = len(keepers) == 1
    for keeper in keepers:
        error = keeper.lease.error
        if error is not None and not keeper.lease.held:
            label = "" if alone else f"{keeper.name}: "
            return Check(NAME, _gravity(keeper.lease), label + error.message, error.remedy, time.time())
    if any(keeper.standing.restored and not keeper.lease.held for keeper in keepers):
        text = "standing by: another container holds the right to write"
        return Check(NAME, Status.PASS, text, "", time.time())
    return Check(NAME, Status.PASS, "", "", time.time())


def _gravity(lease: Lease) -> Status:
    return Status.FAIL if isinstance(lease.error, StoreRefused) or not lease.answered else Status.WARN
