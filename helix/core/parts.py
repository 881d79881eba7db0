"""How is a plan that is too big to be held carried out in parts, and when may it be?

A path *stands alone* if it is gone on neither side, and is no file here where there is a directory. As long as all do,
nothing is deleted, nothing has moved, no directory goes, and what is decided about one path does not depend on another:
parts of the rows, decided one after the other, are the whole plan. So a first pass over the rows (`survey`) decides
about all of them, holds the first ones and counts the others; if a path turns up that does not stand alone, it says so,
and everything must be held. A second pass (`in_parts`) decides again, a part at a time, while what was decided is done.

Where nothing was ever in sync and one side holds nothing, a count says what a survey would (`first_copy`).

Where a side takes two names for one, and where deletions are to be undone, everything is held anyway.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from helix.core.actions import Action, Reason, Skip, cost, download_bytes
from helix.core.cases import Case, Change, Rules
from helix.core.order import writes_remote
from helix.core.plan import NO_REST, Amount, Changed, Plan, Rest, decided, plan
from helix.core.trees import Rows, Side, is_inside

HELD = 50_000
"""So many changed paths are held, if need be: some 30 MB."""
NAMED = 1_000
"""So many actions are named, of a plan that is not held."""
PART = 25_000
"""So many changed paths are decided together then."""


class NeedsAll(Exception):
    """A path does not stand alone, and others were already let go: the rows must be read again, for `plan`."""


def survey(rows: Rows, rules: Rules, *, held: int = HELD, part: int = PART, named: int = NAMED) -> Plan:
    """What `plan` says; of more than `held` changed paths some actions are named and the others counted as `rest`.

    What people are told of, or what must be looked at again, is always named. Raises `NeedsAll`.
    """
    if rules.local_folds or rules.remote_folds or rules.keep_deleted:
        return plan(rows, rules)
    changed = Changed(rows, rules)
    stream = iter(changed)
    cases = list(islice(stream, held))
    if not all(map(stands_alone, cases)):
        cases += stream
        return decided(cases, rules, known=changed.known)
    following = list(islice(stream, part))
    if not following:
        return decided(cases, rules, known=changed.known)
    cut = _Cut()
    while cases:
        if not all(map(stands_alone, cases)):
            raise NeedsAll
        cut.add(decided(cases, rules), named)
        cases, following = following, list(islice(stream, part))
    return Plan(tuple(cut.named), changed.known, cut.more or cut.rest.count > 0, cut.rest)


def first_copy(source: Side, amount: Amount, rules: Rules) -> Plan | None:
    """What `survey` says of a first copy, known from a mere count; nothing of it is named.

    It must be that nothing was ever in sync, that all there is (`amount`) stands on the side `source`, and that no
    filter hides any of it: then each path is one copy. None where something can't, or may not, be copied.
    """
    if rules.local_folds or rules.remote_folds or rules.mode.source not in (None, source):
        return None
    rest = Rest(there=amount) if source is Side.LOCAL else Rest(here=amount, download_bytes=amount.size)
    return Plan((), 0, more=True, rest=rest)


def in_parts(rows: Rows, rules: Rules, *, part: int = PART) -> Iterator[Plan]:
    """The same plan in parts that are wholes of their own, in walk order, for rows that may have changed since.

    What does not stand alone now, and what it holds, is left to the next round.
    """
    stream = _alone(Changed(rows, rules))
    while cases := list(islice(stream, part)):
        yield decided(cases, rules)


def stands_alone(case: Case) -> bool:
    """Whether what is decided about the path can't depend on another path, nor another's on it."""
    if Change.GONE in (case.here, case.there):
        return False
    return case.local is None or case.remote is None or case.local.kind is case.remote.kind


def left_alone(actions: Iterable[Action]) -> Iterator[Skip]:
    """What people are told of, or what must be looked at again."""
    return (action for action in actions if isinstance(action, Skip) and action.reason is not Reason.ONE_WAY)


def _alone(cases: Changed) -> Iterator[Case]:
    left = None
    for case in cases:
        if left is not None and is_inside(case.path, left):
            continue
        if stands_alone(case):
            yield case
        else:
            left = case.path


@dataclass(slots=True)
class _Cut:
    """What is left of a plan that is not held."""

    named: list[Action] = field(default_factory=list)
    rest: Rest = NO_REST
    more: bool = False

    def add(self, made: Plan, most: int) -> None:
        """Name what must be, and of what is to be done as much as there is room for; count what is left of that."""
        todo = [action for action in made.actions if not isinstance(action, Skip)]
        room = max(0, most - len(self.named))
        self.named += todo[:room]
        self.named += left_alone(made.actions)
        self.rest = _plus(self.rest, todo[room:])
        self.more = self.more or made.more


def _plus(rest: Rest, actions: Sequence[Action]) -> Rest:
    """Count these, too."""
    return Rest(
        _sum(rest.here, [action for action in actions if not writes_remote(action)]),
        _sum(rest.there, [action for action in actions if writes_remote(action)]),
        rest.download_bytes + download_bytes(actions),
    )


def _sum(amount: Amount, actions: Sequence[Action]) -> Amount:
    return Amount(amount.count + len(actions), amount.size + sum(map(cost, actions)))
