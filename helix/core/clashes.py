"""Which names can't stand side by side, because one side takes them for the same name?

`a` and `A` are two files on ext4 and one on a Mac; `É` can be spelled in two ways that some file systems join. A name
may be created on a side only if no other name that stays there folds to the same string.

* One of the two is only here, the other only there: they are one path in two spellings. The side that tells them
  apart renames to the spelling of the one that doesn't, and the next round compares their content.
* If the name that is there leaves in this round, the newcomer waits for the next, unless it is the same thing renamed.
* Otherwise the newcomer, with all it holds, is left where it is, and people are told.
"""

from collections.abc import Callable, Iterator, Mapping

from helix.core.actions import MoveLocal, MoveRemote, Reason
from helix.core.cases import Case, Change, Outcome, Rules, close_off
from helix.core.directories import stays
from helix.core.trees import Row, Rows, Side, is_inside, parent_of

Fold = Callable[[str], str]
Groups = Mapping[Side, list[list[str]]]
"""for each side that folds names, the paths that it takes for one"""
NO_GROUPS: Groups = {}


class Twins:
    """Finds the names in one directory that fold to one; holds only the directories on the way to the present row."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self._open: list[tuple[str, dict[str, list[str]]]] = [("", {})]
        self._found: list[list[str]] = []

    def watch(self, rows: Rows) -> Iterator[Row]:
        """Pass the rows on, unchanged, in walk order."""
        for row in rows:
            self._see(row.path)
            yield row

    def groups(self) -> list[list[str]]:
        """Two or more paths each, once all rows have passed."""
        while self._open:
            self._close()
        return self._found

    def _see(self, path: str) -> None:
        parent = parent_of(path)
        while self._open[-1][0] != parent and not is_inside(parent, self._open[-1][0]):
            self._close()
        if self._open[-1][0] != parent:
            self._open.append((parent, {}))
        self._open[-1][1].setdefault(self._fold(path), []).append(path)

    def _close(self) -> None:
        _, names = self._open.pop()
        self._found += [paths for paths in names.values() if len(paths) > 1]


def settle_clashes(cases: list[Case], groups: Groups, rules: Rules) -> None:
    """Keep newcomers off a side that could not tell them from what is there."""
    if not any(groups.values()):
        return
    by_path = {case.path: case for case in cases}
    closed: dict[str, tuple[Outcome, Reason | None]] = {}
    spellings: list[tuple[Side, Case, Case]] = []
    for side, found in groups.items():
        for group in found:
            holder, comers = _rivals(by_path, group, side)
            if holder and len(comers) == 1 and _are_spellings(holder, comers[0], side):
                spellings.append((side, holder, comers[0]))
                closed |= {holder.path: (Outcome.WAIT, None), comers[0].path: (Outcome.WAIT, None)}
            else:
                closed |= {comer.path: (Outcome.LEAVE, Reason.CLASH) for comer in comers}
    close_off(cases, closed)
    for side, holder, comer in spellings:
        _respell(holder, comer, side, rules)


def _rivals(by_path: dict[str, Case], group: list[str], side: Side) -> tuple[Case | None, list[Case]]:
    """Who holds the name on the side, if that has changed at all, and who comes too much."""
    staying = [path for path in group if path not in by_path or stays(by_path[path], side)]
    holders = [path for path in staying if path not in by_path or by_path[path].on(side) is not None]
    comers = [by_path[path] for path in group if path in by_path and _comes(by_path[path], side)]
    if comers and not holders:
        leaving = [path for path in group if path in by_path and by_path[path].on(side) is not None]
        comers.pop(0).twin = leaving[0] if leaving else None
    return by_path.get(holders[0]) if holders else None, comers


def _comes(case: Case, side: Side) -> bool:
    """Whether the path is to be made on the side, now or once its twin is gone."""
    held_back = case.twin is not None and case.outcome is Outcome.WAIT
    return case.on(side) is None and (stays(case, side) or held_back)


def _are_spellings(holder: Case, comer: Case, side: Side) -> bool:
    one_sided = _changes(holder, side) == _changes(comer, side.other) == (Change.NEW, Change.NONE)
    return one_sided and holder.kind_on(side) is comer.kind_on(side.other)


def _changes(case: Case, first: Side) -> tuple[Change, Change]:
    return (case.here, case.there) if first is Side.LOCAL else (case.there, case.here)


def _respell(holder: Case, comer: Case, side: Side, rules: Rules) -> None:
    """Rename on the side that tells the spellings apart, unless a one-way mode forbids to write there."""
    target, old, new = (side.other, comer, holder) if rules.mode.source is not side.other else (side, holder, comer)
    why = "the same name in another spelling"
    new.set_aside(Outcome.ARRIVED)
    old.set_aside(Outcome.MOVED)
    if target is Side.LOCAL:
        old.move = MoveLocal(old.path, old.local, None, why, to=new.path)
    else:
        old.move = MoveRemote(old.path, None, old.remote, why, to=new.path)
