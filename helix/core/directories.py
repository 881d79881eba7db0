"""Which directories can really go, and which must stay because something inside lives on?

The cases are read backwards, children before their parents: whatever stays on a side after this plan keeps
its parents there.
"""

from collections.abc import Collection

from helix.core.actions import Reason
from helix.core.cases import Case, Mode, Outcome, Rules
from helix.core.trees import Kind, Side, parent_of

Waits = dict[str, Reason | None]
"""directories that can't be removed in this round, and why; None: because a later round will know more"""
SIDES = (Side.LOCAL, Side.REMOTE)
_UNDECIDED = {Outcome.WAIT, Outcome.IGNORED}
_GONE_HERE, _GONE_THERE = {Outcome.DROP_LOCAL, Outcome.PULL}, {Outcome.DROP_REMOTE, Outcome.PUSH}


def settle_directories(cases: list[Case], rules: Rules) -> None:
    """Overrule the table for directories that are not empty when their turn comes."""
    if not any(_is_to_go(case, side) for case in cases for side in SIDES):
        return
    lived: dict[Side, set[str]] = {Side.LOCAL: set(), Side.REMOTE: set()}
    waits: dict[Side, Waits] = {
        Side.LOCAL: _kept(rules.unseen_local, rules.holding_local),
        Side.REMOTE: _kept(rules.unseen_remote, rules.holding_remote),
    }
    for case in reversed(cases):
        for side in SIDES:
            if _is_to_go(case, side):
                _overrule(case, side, rules.mode, lived[side], waits[side])
        for side in SIDES:
            if case.on(side) is not None and case.outcome in _UNDECIDED:
                _pass_on(case, waits[side])
            elif stays(case, side):
                lived[side].add(parent_of(case.path))


def stays(case: Case, side: Side) -> bool:
    """Whether the path exists on the side once the plan is done."""
    match case.outcome:
        case Outcome.PUSH | Outcome.PULL | Outcome.MEET | Outcome.ADOPT | Outcome.ARRIVED:
            return True
        case Outcome.LEAVE | Outcome.IGNORED | Outcome.WAIT:
            return case.on(side) is not None
        case Outcome.DROP_LOCAL | Outcome.DROP_REMOTE | Outcome.FORGET | Outcome.MOVED:
            return False


def _is_to_go(case: Case, side: Side) -> bool:
    """Whether a directory stands there that is dropped, or is to give its place: only a file is copied over one."""
    gone = _GONE_HERE if side is Side.LOCAL else _GONE_THERE
    return case.outcome in gone and case.kind_on(side) is Kind.DIRECTORY


def _overrule(case: Case, side: Side, mode: Mode, lived: set[str], waits: Waits) -> None:
    """A directory that is to go stays if something inside does, and waits if that is not known."""
    if case.path in lived:
        if mode is not Mode.TWO_WAY:
            case.set_aside(Outcome.LEAVE, Reason.IN_THE_WAY)
        elif case.on(side.other) is None:
            case.set_aside(Outcome.PUSH if side is Side.LOCAL else Outcome.PULL)
        else:
            case.set_aside(Outcome.MEET)
    elif case.path in waits:
        case.set_aside(Outcome.WAIT, waits[case.path])


def _pass_on(case: Case, waits: Waits) -> None:
    """Let the parent wait for the same reason; what only waits for the next round outweighs every reason."""
    parent, reason = parent_of(case.path), case.reason
    if case.outcome is Outcome.IGNORED:
        reason = Reason.FILTERED
    waits[parent] = reason if waits.get(parent, reason) is not None else None


def _kept(unseen: Collection[str], holding: Collection[str]) -> Waits:
    """The directories that stay because of what the scan could not see, or does not sync."""
    waits: Waits = dict.fromkeys(_with_parents(holding), Reason.UNSYNCED)
    return waits | dict.fromkeys(_with_parents(unseen), Reason.UNSEEN)


def _with_parents(directories: Collection[str]) -> set[str]:
    """The directories and all above them, up to the root."""
    found: set[str] = set()
    for start in directories:
        path = start
        while path not in found:
            found.add(path)
            path = parent_of(path)
    return found
