"""How does sync say that it is well, or what is wrong and what to do?

Checks for the report, made from the keepers' standing.
"""

import time
from collections.abc import Iterable, Mapping
from itertools import chain

from helix.core.guards import TripKind
from helix.core.health import Check, Status
from helix.core.wording import count
from helix.errors import HelixError
from services.sync.apply.errors import LocalFull
from services.sync.journal.errors import JournalFailed
from services.sync.keeper import Keeper
from services.sync.remotes.errors import Misconfigured, RemoteError
from services.sync.standing import Phase, Standing
from services.sync.verify import Verdict

RESUME = "go on with `helix sync resume`"
_DISK = {TripKind.DISK_FLOOR}


def checks_of(keeper: Keeper, *, alone: bool) -> tuple[Check, ...]:
    """All checks of one folder; with several folders each text begins with the folder's name."""
    standing = keeper.standing
    label = "" if alone else f"{keeper.name}: "
    return tuple(
        Check(f"sync:{what}", status, label + output if output and what != "paused" else output, remedy, time.time())
        for what, status, output, remedy in (
            _folder(standing, paused=keeper.paused),
            _paused(keeper.paused),
            _remote(standing),
            _journal(standing, keeper),
            _guard(standing),
            _disk(standing),
            _conflicts(standing),
            _items(standing),
            _verify(keeper.verifier.verdict),
        )
    )


def together(groups: Iterable[tuple[Check, ...]]) -> tuple[Check, ...]:
    """The checks of all folders: of each name whatever does not pass, each text once, or else that it passes."""
    found: dict[str, dict[tuple[str, str], Check]] = {}
    for check in chain.from_iterable(groups):
        found.setdefault(check.name, {}).setdefault((check.output, check.remedy), check)
    told: list[Check] = []
    for checks in found.values():
        troubles = [check for check in checks.values() if check.status is not Status.PASS]
        told += troubles or [next(iter(checks.values()))]
    return tuple(told)


Finding = tuple[str, Status, str, str]


def _folder(standing: Standing, *, paused: bool) -> Finding:
    error = standing.error
    if error is not None and not isinstance(error, RemoteError | JournalFailed | LocalFull):
        return "folder", _gravity(standing), error.message, error.remedy
    if standing.restored or standing.trip:
        return "folder", Status.PASS, "", ""
    if error is not None:
        return "folder", Status.FAIL, "the files are not restored yet", "see the other checks of sync"
    if paused:
        return "folder", Status.FAIL, "sync is paused, and the files are not restored yet", RESUME
    tally = standing.tally
    done = f" ({tally.done} of {tally.total})" if tally and tally.total else ""
    return "folder", Status.FAIL, f"the first pass is under way{done}", "wait for the first pass to end"


def _paused(paused: bool) -> Finding:
    text = "sync is paused: nothing is copied in either direction"
    return ("paused", Status.WARN, text, RESUME) if paused else ("paused", Status.PASS, "", "")


def _remote(standing: Standing) -> Finding:
    error = standing.error
    if isinstance(error, Misconfigured):
        return "remote", Status.FAIL, error.message, error.remedy
    if isinstance(error, RemoteError):
        return "remote", _gravity(standing), error.message, error.remedy
    return "remote", Status.PASS, "", ""


def _journal(standing: Standing, keeper: Keeper) -> Finding:
    if isinstance(standing.error, JournalFailed):
        return "journal", Status.FAIL, standing.error.message, standing.error.remedy
    if anew := keeper.cycle.journal.begun_anew:
        remedy = "nothing to do: nothing was deleted; look at `helix conflicts` for files that differed"
        return "journal", Status.WARN, f"{anew}, so it was begun anew", remedy
    return "journal", Status.PASS, "", ""


def _guard(standing: Standing) -> Finding:
    trip = standing.trip
    if trip is None or trip.kind in _DISK:
        return "guard", Status.PASS, "", ""
    return "guard", _gravity(standing), trip.text, trip.remedy


def _disk(standing: Standing) -> Finding:
    if isinstance(standing.error, LocalFull):
        return "disk", Status.FAIL, standing.error.message, standing.error.remedy
    if standing.trip is not None and standing.trip.kind in _DISK:
        return "disk", _gravity(standing), standing.trip.text, standing.trip.remedy
    return "disk", Status.PASS, "", ""


def _conflicts(standing: Standing) -> Finding:
    if not standing.conflicts:
        return "conflicts", Status.PASS, "", ""
    text = f"{count(standing.conflicts, 'conflict copy', 'conflict copies')} left to decide on"
    return "conflicts", Status.WARN, text, "see `helix conflicts`, then resolve each, or delete the copy"


def _items(standing: Standing) -> Finding:
    failed, unseen = standing.failed_count, standing.unseen
    if unseen:
        text = f"{count(unseen, 'directory', 'directories')} can't be read; what is in there is left as it is"
        return "items", Status.WARN, text, "correct the permissions: `helix status` names what can't be read"
    if not failed or standing.phase is Phase.ERROR:
        return "items", Status.PASS, "", ""
    what, remedy = _common(standing.failed)
    text = f"{count(failed, 'path')} failed in the last pass and will be tried again{what}"
    return "items", Status.WARN, text, f"{remedy}`helix status` names what failed, and why"


def _common(failed: Mapping[str, HelixError]) -> tuple[str, str]:
    """The cause and the remedy that all failures share; a cause that holds a file's name is not for everybody."""
    told = {path: failure.message.removeprefix(f"{path}: ") for path, failure in failed.items()}
    causes = set(told.values())
    named = any(path.rpartition("/")[2] in cause for path, cause in told.items())
    remedies = {failure.remedy for failure in failed.values()}
    cause = f": {causes.pop()}" if len(causes) == 1 and not named else ""
    return cause, f"{remedies.pop()}; " if len(remedies) == 1 and remedies != {""} else ""


def _verify(verdict: Verdict | None) -> Finding:
    if verdict is None or not (verdict.differing or verdict.error):
        return "verify", Status.PASS, "", ""
    if verdict.error is not None:
        return "verify", Status.WARN, f"the comparison broke off: {verdict.error.message}", verdict.error.remedy
    text = f"{count(len(verdict.differing), 'file')} found to differ between the two sides or from what was synced"
    return "verify", Status.WARN, text, "see `helix status`; restore the right version of each: `helix restore PATH`"


def _gravity(standing: Standing) -> Status:
    """Trouble after the files were restored is a warning: the files are there, only not kept up to date."""
    return Status.WARN if standing.restored else Status.FAIL
