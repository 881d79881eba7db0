"""What should be done, given what a path is on both sides and what it was when both were last equal?

Each side of a path is compared with the base (what both were when last in sync):

* `none`: not there, and never was        * `new`: there, never synced
* `same`: there, as in the base           * `edited`: there, other content or other kind than in the base
* `gone`: not there any more

and the decision is this table (`TABLE` below is the same as data):

    local   remote  two-way      mirror       restore     why
    ------  ------  -----------  -----------  ----------  ----------------------------------------
    none    none    -            -            -           nothing anywhere
    new     none    push         push         leave       created here
    none    new     pull         leave        pull        created there
    new     new     meet         meet         meet        created on both sides
    same    same    adopt        adopt        adopt       the stamps moved, not the content
    edited  same    push         push         pull        edited here
    same    edited  pull         push         pull        edited there
    edited  edited  meet         meet         meet        edited on both sides
    gone    same    drop remote  drop remote  pull        deleted here
    same    gone    drop local   push         drop local  deleted there
    gone    edited  pull         drop remote  pull        deleted here, edited there: the edit wins
    edited  gone    push         push         drop local  edited here, deleted there: the edit wins
    gone    gone    forget       forget       forget      deleted on both sides

* `push` and `pull` copy a file (Upload, Download) or make a directory. A file in the way of a directory
  goes to the trash; a directory in the way of a file is emptied and removed.
* `meet`: two directories, or two files with equal digests, are adopted. Files that are surely different,
  and surely edited on both sides, are kept both (one-way: the source wins); otherwise the executor reads
  both (`Compare`). A file that meets a directory steps aside.
* `drop` trashes a file, and removes a directory once it is empty. A directory that still holds something
  after this plan is not dropped: it is made again on the other side, and so the edit inside it wins.
* `leave`: a one-way mode deletes nothing that it did not put there, so that a lost journal deletes nothing.

A lost journal makes every path `none` or `new`: equal content is adopted, one-sided paths are copied,
different content is kept twice, and nothing can be deleted. `same` is believed when size, mtime and inode
(local) or the etag (remote) are the base's, or when the digest is. Whatever a plan deletes or overwrites
goes to the loser's trash.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from helix.core.actions import Action, Compare, KeepBoth, MoveLocal, MoveRemote, Reason, StepAside
from helix.core.cases import Case, Change, Mode, Outcome, Rules, case_of
from helix.core.clashes import NO_GROUPS, Groups, Twins, settle_clashes
from helix.core.directories import settle_directories
from helix.core.emit import actions_for
from helix.core.moves import find_moves
from helix.core.trees import Kind, Row, Rows, Side, is_inside, is_unchanged
from helix.core.waiting import hold_deletions_back, set_waiting_aside

_PUSH, _PULL, _MEET, _LEAVE = Outcome.PUSH, Outcome.PULL, Outcome.MEET, Outcome.LEAVE
_DROP_LOCAL, _DROP_REMOTE = Outcome.DROP_LOCAL, Outcome.DROP_REMOTE
_ADOPT, _FORGET = Outcome.ADOPT, Outcome.FORGET

TABLE: Mapping[tuple[Change, Change], tuple[Outcome, Outcome, Outcome]] = {
    (Change.NEW, Change.NONE): (_PUSH, _PUSH, _LEAVE),
    (Change.NONE, Change.NEW): (_PULL, _LEAVE, _PULL),
    (Change.NEW, Change.NEW): (_MEET, _MEET, _MEET),
    (Change.SAME, Change.SAME): (_ADOPT, _ADOPT, _ADOPT),
    (Change.EDITED, Change.SAME): (_PUSH, _PUSH, _PULL),
    (Change.SAME, Change.EDITED): (_PULL, _PUSH, _PULL),
    (Change.EDITED, Change.EDITED): (_MEET, _MEET, _MEET),
    (Change.GONE, Change.SAME): (_DROP_REMOTE, _DROP_REMOTE, _PULL),
    (Change.SAME, Change.GONE): (_DROP_LOCAL, _PUSH, _DROP_LOCAL),
    (Change.GONE, Change.EDITED): (_PULL, _DROP_REMOTE, _PULL),
    (Change.EDITED, Change.GONE): (_PUSH, _PUSH, _DROP_LOCAL),
    (Change.GONE, Change.GONE): (_FORGET, _FORGET, _FORGET),
}
_COLUMN = {Mode.TWO_WAY: 0, Mode.MIRROR: 1, Mode.RESTORE: 2}


@dataclass(frozen=True, slots=True)
class Amount:
    """So many actions, which move so many bytes at most."""

    count: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """What a plan does besides the actions that it names: decided and counted, but not held (parts.py)."""

    here: Amount = Amount()
    there: Amount = Amount()
    """of those that change the remote"""
    download_bytes: int = 0

    @property
    def count(self) -> int:
        """How many actions are not named."""
        return self.here.count + self.there.count

    @property
    def size(self) -> int:
        """How many bytes they move."""
        return self.here.size + self.there.size


NO_REST = Rest()


@dataclass(frozen=True, slots=True)
class Plan:
    """What one round shall do; `more` says that a further round is needed even if all goes well."""

    actions: tuple[Action, ...]
    known: int
    """how many paths the base held: what a share of deletions is a share of"""
    more: bool
    rest: Rest = NO_REST


def plan(rows: Rows, rules: Rules | None = None) -> Plan:
    """Decide about all rows; they must come in walk order. Only changed paths are held in memory."""
    rules = rules or Rules()
    twins = {side: Twins(fold) for side, fold in _folding_sides(rules)}
    for finder in twins.values():
        rows = finder.watch(rows)
    changed = Changed(rows, rules)
    cases = list(changed)
    groups = {side: finder.groups() for side, finder in twins.items()}
    return decided(cases, rules, known=changed.known, groups=groups)


def decided(cases: list[Case], rules: Rules, *, known: int = 0, groups: Groups = NO_GROUPS) -> Plan:
    """Decide about changed paths, in walk order; `cases` is emptied. `groups`: names that fold to one (clashes.py)."""
    for case in cases:
        case.set_aside(*decide(case, rules.mode))
    set_waiting_aside(cases, rules)
    settle_clashes(cases, groups, rules)
    find_moves(cases, rules)
    hold_deletions_back(cases, rules)
    settle_directories(cases, rules)
    settle_clashes(cases, groups, rules)  # a directory that stays after all may be in the way
    waiting = any(case.outcome is Outcome.WAIT and case.reason is None for case in cases)
    actions = tuple(action for case in _emptying(cases) for action in actions_for(case, rules.mode))
    return Plan(actions, known, waiting or any(_leaves_more_to_do(action) for action in actions))


def decide(case: Case, mode: Mode) -> tuple[Outcome, Reason | None]:
    """Look a path up in the table."""
    outcome = TABLE[case.here, case.there][_COLUMN[mode]]
    if outcome is Outcome.LEAVE:
        return outcome, Reason.ONE_WAY
    if outcome is Outcome.MEET and mode.source and case.kind_on(Side.LOCAL) is not case.kind_on(Side.REMOTE):
        return (Outcome.PUSH if mode.source is Side.LOCAL else Outcome.PULL), None
    return outcome, None


class Changed:
    """The rows that are not plainly unchanged, as cases, one by one.

    What an ignored directory holds is no case of its own: the directory stands for all of it.
    """

    def __init__(self, rows: Rows, rules: Rules) -> None:
        self.known = 0
        """How many of the rows that were looked at so far had a base."""
        self._rows = rows
        self._rules = rules

    def __iter__(self) -> Iterator[Case]:
        rules, hidden = self._rules, None
        for row in self._rows:
            if row.base is not None:
                self.known += 1
            elif hidden is not None and is_inside(row.path, hidden):
                continue
            elif _is_hidden_directory(row, rules):
                hidden = row.path
            if not is_unchanged(row) and (row.local or row.remote or row.base):
                yield case_of(row, keep_deleted=rules.keep_deleted)


def _emptying(cases: list[Case]) -> Iterator[Case]:
    """The cases in their order, each let go with its turn: a case and its action are never held both for all paths."""
    cases.reverse()
    while cases:
        yield cases.pop()


def _is_hidden_directory(row: Row, rules: Rules) -> bool:
    here, there = row.local, row.remote
    if (here and here.kind is Kind.DIRECTORY) or (there and there.kind is Kind.DIRECTORY):
        return rules.ignored(row.path, Kind.DIRECTORY)
    return False


def _leaves_more_to_do(action: Action) -> bool:
    """Whether the action makes something that only the next round can see: a copy, or a new spelling."""
    match action:
        case KeepBoth() | StepAside() | Compare(otherwise=KeepBoth()):
            return True
        case MoveLocal(arrived=None) | MoveRemote(arrived=None):
            return True
        case _:
            return False


def _folding_sides(rules: Rules) -> Iterator[tuple[Side, Callable[[str], str]]]:
    if rules.local_folds:
        yield Side.LOCAL, rules.local_folds
    if rules.remote_folds:
        yield Side.REMOTE, rules.remote_folds
