"""Which changed paths must be left alone in this round: filtered, still being written, or not seen whole?

A path that a filter hides is nobody's business: nothing is done to it on either side, and its journal row is
dropped, so that it counts as never synced if the filter goes. A path that is still being written waits. A
path that is missing in a directory which could not be listed whole is not deleted: it was not seen.
"""

from helix.core.actions import Reason
from helix.core.cases import Case, Outcome, Rules, inside_any
from helix.core.trees import Kind


def set_waiting_aside(cases: list[Case], rules: Rules) -> None:
    """Overrule the table for the paths that must not be touched now."""
    for case in cases:
        if _is_ignored(case, rules):
            case.set_aside(Outcome.IGNORED)
        elif _is_unseen(case, rules):
            case.set_aside(Outcome.WAIT, Reason.UNSEEN)
        elif case.local and case.local.kind is Kind.FILE and rules.unsettled(case.path, case.local):
            case.set_aside(Outcome.WAIT, Reason.UNSETTLED)


def _is_ignored(case: Case, rules: Rules) -> bool:
    kinds = {state.kind for state in (case.local, case.remote, case.base) if state}
    return any(rules.ignored(case.path, kind) for kind in kinds)


def _is_unseen(case: Case, rules: Rules) -> bool:
    if case.local is None and inside_any(case.path, rules.unseen_local):
        return True
    return case.remote is None and inside_any(case.path, rules.unseen_remote)
