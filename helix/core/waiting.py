"""Which changed paths must be left alone in this round: filtered, still being written, or not seen whole?

A path that a filter hides is nobody's business: nothing is done to it on either side, and its journal row is
dropped, so that it counts as never synced if the filter goes. A path that is still being written waits, but
not one that was only renamed: a rename moves the ctime, and while the new name waited, the old one would be
trashed, and later the content sent again. A path that is missing in a directory which could not be listed whole
is not deleted: it was not seen. Nor is one at which the disk does not let us look.

A path that was deleted here waits too, for while people are deleting nobody knows yet how much: a guard rail
must judge all of it, not the piece that a pass happens to see.
"""

from helix.core.actions import Reason
from helix.core.cases import Case, Change, Outcome, Rules, at_or_inside_any
from helix.core.trees import BaseState, Kind, LocalState

Stamp = tuple[int | None, int, int]
"""inode, size and mtime: a rename keeps all three"""


def set_waiting_aside(cases: list[Case], rules: Rules) -> None:
    """Overrule the table for the paths that must not be touched now."""
    gone = {_stamp(case.base) for case in cases if case.here is Change.GONE and case.base}
    for case in cases:
        if _is_ignored(case, rules):
            case.set_aside(Outcome.IGNORED)
        elif _is_unseen(case, rules):
            case.set_aside(Outcome.WAIT, Reason.UNSEEN)
        elif case.local and _is_unsettled(case, case.local, gone, rules):
            case.set_aside(Outcome.WAIT, Reason.UNSETTLED)


def hold_deletions_back(cases: list[Case], rules: Rules) -> None:
    """Let what is gone here wait while more may be going; called when it is known which paths only moved."""
    for case in cases:
        if case.local is None and case.outcome is Outcome.DROP_REMOTE and rules.unsettled(case.path, None):
            case.set_aside(Outcome.WAIT, Reason.UNSETTLED)


def _is_ignored(case: Case, rules: Rules) -> bool:
    kinds = {state.kind for state in (case.local, case.remote, case.base) if state}
    return any(rules.ignored(case.path, kind) for kind in kinds)


def _is_unseen(case: Case, rules: Rules) -> bool:
    if case.local is None and at_or_inside_any(case.path, rules.unseen_local):
        return True
    return case.remote is None and at_or_inside_any(case.path, rules.unseen_remote)


def _is_unsettled(case: Case, here: LocalState, gone: set[Stamp], rules: Rules) -> bool:
    """Whether a file is still written; not if it is new and holds, by its stamp, what stood under a name now gone."""
    renamed = case.here is Change.NEW and here.inode is not None and _stamp(here) in gone
    return here.kind is Kind.FILE and not renamed and rules.unsettled(case.path, here)


def _stamp(state: LocalState | BaseState) -> Stamp:
    return state.inode, state.size, state.mtime_ns
