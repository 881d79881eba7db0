"""Which deletion and which creation are one and the same thing under a new name?

A path that is gone on one side and unchanged on the other, and a path that is new on the one side and absent on the
other, are a move if they are surely the same content:

* by inode, size and mtime (a local rename keeps all three), or by a directory's inode, if at least one file in it
  is still where it was: inode numbers are used again;
* by the remote's etag, where that names one content at any path (`Rules.etag_is_identity`);
* by equal digests.

Then the other side renames and nothing is transferred. Of several candidates any will do, since their content is the
same; each serves once, the other deletions and creations stay what they are.

A moved directory takes all it holds along, so everything inside its old and its new place waits for the next round,
when the journal rows have moved too; so does a move with one end in such a place. Where etags mean nothing at another
path, those rows would be worthless: there the directory is made anew and its files move one by one.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from helix.core.actions import MoveLocal, MoveRemote
from helix.core.cases import Case, Change, Mode, Outcome, Rules, close_off
from helix.core.trees import Kind, Side, is_inside, parent_of

Key = tuple[object, ...]
_DROPS = {Outcome.DROP_LOCAL, Outcome.DROP_REMOTE}


def find_moves(cases: list[Case], rules: Rules) -> None:
    """Turn pairs of a drop and a copy into moves; the target side of a move is never a one-way source."""
    if not any(case.outcome in _DROPS for case in cases):
        return
    for side, closed in ((Side.LOCAL, Mode.RESTORE), (Side.REMOTE, Mode.MIRROR)):
        if rules.mode is not closed:
            _Renames(cases, side, rules).settle()


@dataclass(frozen=True, slots=True)
class _Pair:
    """A case that vanished and one that appeared, on the side where somebody renamed."""

    old: Case
    new: Case


class _Renames:
    """The renames that people made on one side."""

    def __init__(self, cases: list[Case], side: Side, rules: Rules) -> None:
        self.cases = cases
        self.side = side
        self.rules = rules
        self.moving: set[str] = set()
        self._copying = Outcome.PUSH if side is Side.LOCAL else Outcome.PULL

    def settle(self) -> None:
        """Directories first, since they take their files along."""
        self._carry_out_all(list(self._directory_pairs()), Kind.DIRECTORY)
        self._carry_out_all(list(self._pairs(Kind.FILE)), Kind.FILE)
        if self.moving:
            for case in self.cases:
                if self._is_in_motion(case.path) and case.outcome is not Outcome.IGNORED:
                    case.set_aside(Outcome.WAIT)

    def _carry_out_all(self, pairs: list[_Pair], kind: Kind) -> None:
        self._hold_back_twins(kind, {pair.new.path for pair in pairs})
        for pair in pairs:
            if self._has_vanished(pair.old) and self._may_be_new_name(pair.new):
                self._carry_out(pair)
        self._hold_back_twins(kind, set())

    def _hold_back_twins(self, kind: Kind, found: set[str]) -> None:
        """A name can't come where another spelling of it is only just leaving, unless it is that one."""
        comes = (case for case in self.cases if case.twin and case.outcome is self._copying)
        held = (case.path for case in comes if case.kind_on(self.side) is kind and case.path not in found)
        close_off(self.cases, dict.fromkeys(held, (Outcome.WAIT, None)))

    def _directory_pairs(self) -> Iterator[_Pair]:
        if not self.rules.etag_is_identity:
            return
        positions = {case.path: position for position, case in enumerate(self.cases)}
        busy = self._places_of_moves()
        for pair in self._pairs(Kind.DIRECTORY):
            if self._still_holds_a_file(pair, positions) and not busy & {pair.old.path, pair.new.path}:
                yield pair

    def _places_of_moves(self) -> set[str]:
        """All directories that something was moved into or out of, by the other side's people."""
        found: set[str] = set()
        for case in self.cases:
            path = parent_of(case.path) if case.outcome in {Outcome.MOVED, Outcome.ARRIVED} else ""
            while path and path not in found:
                found.add(path)
                path = parent_of(path)
        return found

    def _pairs(self, kind: Kind) -> Iterator[_Pair]:
        appeared = [case for case in self.cases if case.kind_on(self.side) is kind and self._may_be_new_name(case)]
        if not appeared:
            return
        vanished: dict[Key, list[Case]] = defaultdict(list)
        for case in reversed(self.cases):
            if case.kind_on(self.side.other) is kind and self._has_vanished(case):
                for key in self._keys_before(case):
                    vanished[key].append(case)
        used: set[str] = set()
        for case in appeared if vanished else ():
            if found := self._match(case, vanished, used):
                used.add(found.path)
                yield _Pair(found, case)

    def _match(self, case: Case, vanished: dict[Key, list[Case]], used: set[str]) -> Case | None:
        """The first candidate; the one in the same directory or of the same name is not better, only equal.

        Candidates are kept last first: a list that shrinks at its end is a tenth of a deque, and most hold but one.
        """
        keys = list(self._keys_now(case))
        for key in keys[:1] if self._is_back(case) else keys:
            candidates = vanished.get(key, [])
            while candidates and candidates[-1].path in used:
                candidates.pop()
            for candidate in reversed(candidates):
                free = candidate.path not in used and case.twin in {None, candidate.path}
                if free and not _contradicts(case, candidate, self.side):
                    return candidate
        return None

    def _may_be_new_name(self, case: Case) -> bool:
        return self._has_appeared(case) or self._is_back(case)

    def _has_vanished(self, case: Case) -> bool:
        drop = Outcome.DROP_REMOTE if self.side is Side.LOCAL else Outcome.DROP_LOCAL
        return case.outcome is drop and _change(case, self.side.other) is Change.SAME

    def _has_appeared(self, case: Case) -> bool:
        appeared = _change(case, self.side) is Change.NEW and _change(case, self.side.other) is Change.NONE
        return case.outcome is self._copying and appeared

    def _is_back(self, case: Case) -> bool:
        """Whether it only seems deleted on the other side: renamed on both, and here renamed back in time.

        Then the row of the old name is not yet forgotten and that of the new one already written, and dropping both
        would lose the file. Only inode or identity tell, since equal digests are found in honest copies too.
        """
        drop = Outcome.DROP_LOCAL if self.side is Side.LOCAL else Outcome.DROP_REMOTE
        return case.outcome is drop and case.kind_on(self.side) is Kind.FILE and _change(case, self.side) is Change.SAME

    def _keys_before(self, case: Case) -> Iterator[Key]:
        base = case.base
        if base is None:
            return
        if base.kind is Kind.DIRECTORY:
            identity = base.inode if self.side is Side.LOCAL else self._identity(base.etag)
            yield from [("directory", identity)] if identity is not None else []
            return
        if self.side is Side.LOCAL and base.inode is not None:
            yield ("stamp", base.inode, base.size, base.mtime_ns)
        if self.side is Side.REMOTE and (etag := self._identity(base.etag)):
            yield ("etag", etag, base.size)
        if base.digest is not None:
            yield ("digest", base.digest)

    def _keys_now(self, case: Case) -> Iterator[Key]:
        if self.side is Side.LOCAL and (here := case.local):
            if here.kind is Kind.DIRECTORY:
                yield ("directory", here.inode)
            else:
                yield ("stamp", here.inode, here.size, here.mtime_ns)
                yield ("digest", here.digest)
        if self.side is Side.REMOTE and (there := case.remote):
            if there.kind is Kind.DIRECTORY:
                yield ("directory", self._identity(there.etag))
            else:
                yield ("etag", self._identity(there.etag), there.size)
                yield ("digest", there.digest)

    def _identity(self, etag: str) -> str | None:
        return etag if etag and self.rules.etag_is_identity else None

    def _still_holds_a_file(self, pair: _Pair, positions: dict[str, int]) -> bool:
        start = len(pair.new.path)
        for position in range(positions[pair.new.path] + 1, len(self.cases)):
            case = self.cases[position]
            if not is_inside(case.path, pair.new.path):
                return False
            before = positions.get(pair.old.path + case.path[start:])
            if before is None or case.kind_on(self.side) is not Kind.FILE:
                continue
            if set(self._keys_now(case)) & set(self._keys_before(self.cases[before])):
                return True
        return False

    def _carry_out(self, pair: _Pair) -> None:
        old, new = pair.old, pair.new
        if self._is_in_motion(old.path) or self._is_in_motion(new.path):
            old.set_aside(Outcome.WAIT)
            new.set_aside(Outcome.WAIT)
            return
        old.set_aside(Outcome.MOVED)
        if self.side is Side.LOCAL:
            old.move = MoveRemote(old.path, None, old.remote, "renamed here", to=new.path, arrived=new.local)
        else:
            old.move = MoveLocal(old.path, old.local, None, "renamed there", to=new.path, arrived=new.remote)
        new.set_aside(Outcome.ARRIVED)
        if old.kind_on(self.side.other) is Kind.DIRECTORY:
            self.moving |= {old.path, new.path}

    def _is_in_motion(self, path: str) -> bool:
        while self.moving and path:
            path = parent_of(path)
            if path in self.moving:
                return True
        return False


def _change(case: Case, side: Side) -> Change:
    return case.here if side is Side.LOCAL else case.there


def _contradicts(new: Case, old: Case, side: Side) -> bool:
    """Whether digests say that the content is another one, whatever inode or etag say."""
    now = new.local if side is Side.LOCAL else new.remote
    before = old.base
    return bool(now and before and now.digest and before.digest and now.digest != before.digest)
