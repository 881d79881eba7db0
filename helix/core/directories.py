"""Which directories can really go, and which must stay because something inside lives on?

The cases are read backwards, children before their parents: whatever stays on a side after this plan keeps
its parents there.
"""

from collections.abc import Collection

from helix.core.actions import Reason
from helix.core.cases import Case, Mode, Outcome, Rules
from helix.core.trees import Kind, Side, parent_of


def settle_directories(cases: list[Case], rules: Rules) -> None:
    """Overrule the table for directories that are not empty when their turn comes."""
    lived: dict[Side, set[str]] = {Side.LOCAL: set(), Side.REMOTE: set()}
    waits: dict[Side, set[str]] = {
        Side.LOCAL: _parents(rules.unseen_local),
        Side.REMOTE: _parents(rules.unseen_remote),
    }
    for case in reversed(cases):
        for side in Side:
            if case.kind_on(side) is Kind.DIRECTORY and leaves(case, side):
                _overrule(case, side, rules.mode, lived[side], waits[side])
        for side in Side:
            if _is_undecided(case, side):
                waits[side].add(parent_of(case.path))
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


def leaves(case: Case, side: Side) -> bool:
    """Whether what stands on the side is taken away: dropped, or replaced by something of another kind."""
    match case.outcome:
        case Outcome.DROP_LOCAL:
            return side is Side.LOCAL
        case Outcome.DROP_REMOTE:
            return side is Side.REMOTE
        case Outcome.PUSH:
            return side is Side.REMOTE and case.kind_on(Side.LOCAL) is not case.kind_on(side)
        case Outcome.PULL:
            return side is Side.LOCAL and case.kind_on(Side.REMOTE) is not case.kind_on(side)
        case _:
            return False


def _overrule(case: Case, side: Side, mode: Mode, lived: set[str], waits: set[str]) -> None:
    """A directory that is to go stays if something inside does, and waits if that is not known."""
    if case.path in lived:
        if mode is not Mode.TWO_WAY:
            case.set_aside(Outcome.LEAVE, Reason.IN_THE_WAY)
        elif case.on(side.other) is None:
            case.outcome = Outcome.PUSH if side is Side.LOCAL else Outcome.PULL
        else:
            case.outcome = Outcome.MEET
    elif case.path in waits:
        case.set_aside(Outcome.WAIT)


def _is_undecided(case: Case, side: Side) -> bool:
    return case.outcome in {Outcome.WAIT, Outcome.IGNORED} and case.on(side) is not None


def _parents(unseen: Collection[str]) -> set[str]:
    """The directories that hold something unseen, up to the root."""
    found: set[str] = set()
    for start in unseen:
        path = start
        while path not in found:
            found.add(path)
            path = parent_of(path)
    return found
