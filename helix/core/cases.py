"""What has happened to a path since both sides were equal, and what does the plan make of it?

The vocabulary that the parts of the plan share: `Change` (a side against the base), `Outcome` (what to do),
`Case` (a path whose row was not plainly unchanged) and `Rules` (what the folder's owner wants).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from helix.core.actions import MoveLocal, MoveRemote, Reason
from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Row, Side, is_inside, parent_of, same_content


class Mode(StrEnum):
    """Which sides people may change; a one-way mode never writes to its source."""

    TWO_WAY = "two-way"
    MIRROR = "mirror"  # local is the source
    RESTORE = "restore"  # remote is the source

    @property
    def source(self) -> Side | None:
        """The side that is never written to, if there is one."""
        match self:
            case Mode.TWO_WAY:
                return None
            case Mode.MIRROR:
                return Side.LOCAL
            case Mode.RESTORE:
                return Side.REMOTE


class Change(StrEnum):
    """One side of a path against the base."""

    NONE = "none"
    NEW = "new"
    SAME = "same"
    EDITED = "edited"
    GONE = "gone"


class Outcome(StrEnum):
    """What becomes of a path."""

    PUSH = "push"
    PULL = "pull"
    MEET = "meet"
    ADOPT = "adopt"
    DROP_LOCAL = "drop local"
    DROP_REMOTE = "drop remote"
    FORGET = "forget"
    LEAVE = "leave"
    MOVED = "moved"
    """a move takes it away from here"""
    ARRIVED = "arrived"
    """a move brings it here"""
    IGNORED = "ignored"
    """a filter says that it is nobody's business"""
    WAIT = "wait"
    """nothing now; a later round will know more"""


@dataclass(slots=True)
class Case:
    """One path that needs a decision; `outcome` is refined from pass to pass of the plan."""

    path: str
    local: LocalState | None
    remote: RemoteState | None
    base: BaseState | None
    here: Change
    there: Change
    outcome: Outcome = Outcome.WAIT
    reason: Reason | None = None
    move: MoveLocal | MoveRemote | None = None
    twin: str | None = None
    """a path that leaves a side which takes both names for one: this one can't come before that one is gone"""

    def on(self, side: Side) -> LocalState | RemoteState | None:
        """The state of the path on a side."""
        return self.local if side is Side.LOCAL else self.remote

    def kind_on(self, side: Side) -> Kind | None:
        """What the path is on a side, if anything."""
        state = self.on(side)
        return state.kind if state else None

    def set_aside(self, outcome: Outcome, reason: Reason | None = None) -> None:
        """Replace the table's answer, and whatever was planned on it."""
        self.outcome, self.reason, self.move = outcome, reason, None


def _never(_path: str, _what: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Rules:
    """What the plan must respect in one folder.

    `unseen` are directories, per side, whose listing is not complete, and paths that could not be looked at: what is
    missing there is not deleted.
    They, and what is `holding`, may be found while the rows stream: both are looked at after the last row.
    """

    mode: Mode = Mode.TWO_WAY
    ignored: Callable[[str, Kind], bool] = _never
    unsettled: Callable[[str, LocalState | None], bool] = _never
    """whether people may still be at work on the path here; of None: on what they delete in its directory"""
    unseen_local: Collection[str] = ()
    unseen_remote: Collection[str] = ()
    holding_local: Collection[str] = ()
    """directories that hold something that is never synced (a link, a socket): they can't be removed with it"""
    holding_remote: Collection[str] = ()
    etag_is_identity: bool = False
    """an etag names one content at any path (MEGA's node handles), so that it proves a move"""
    local_folds: Callable[[str], str] | None = None
    """maps the names that the side takes for one name to one string (see names.py); None: all names differ"""
    remote_folds: Callable[[str], str] | None = None
    keep_deleted: bool = False
    """a person said: what is gone on one side shall come back from the other"""


def case_of(row: Row, *, keep_deleted: bool) -> Case:
    """Compare both sides of a row with its base."""
    path, local, remote, base = row
    if keep_deleted and (local is None) != (remote is None):
        base = None
    return Case(path, local, remote, base, local_change(local, base), remote_change(remote, base))


def local_change(local: LocalState | None, base: BaseState | None) -> Change:
    """What happened to the local side."""
    if base is None or local is None:
        return _presence(local is not None, base is not None)
    if local.kind is not base.kind:
        return Change.EDITED
    stamped = (local.size, local.mtime_ns, local.inode) == (base.size, base.mtime_ns, base.inode)
    same = stamped or local.kind is Kind.DIRECTORY or same_content(local.digest, base.digest)
    return Change.SAME if same else Change.EDITED


def remote_change(remote: RemoteState | None, base: BaseState | None) -> Change:
    """What happened to the remote side."""
    if base is None or remote is None:
        return _presence(remote is not None, base is not None)
    if remote.kind is not base.kind:
        return Change.EDITED
    tagged = remote.etag == base.etag and remote.size == base.size
    same = tagged or remote.kind is Kind.DIRECTORY or same_content(remote.digest, base.digest)
    return Change.SAME if same else Change.EDITED


def at_or_inside_any(path: str, places: Collection[str]) -> bool:
    """Whether a path is one of the places, or lies in one."""
    return any(path == place or is_inside(path, place) for place in places)


Closed = Mapping[str, tuple[Outcome, Reason | None]]
"""paths that are closed off with all they hold, and what becomes of it"""


def close_off(cases: list[Case], closed: Closed) -> None:
    """Give paths, all inside them, and what was to move there, one and the same outcome each.

    What was to move out of them is copied instead; what nobody may look at is left as it is.
    """
    orphans = set()
    for case in cases if closed else ():
        inside = enclosing(case.path, closed)
        arrives = enclosing(case.move.to, closed) if case.move else None
        if (inside or arrives) and case.outcome is not Outcome.IGNORED:
            orphans |= {case.move.to} if case.move and not arrives else set()
            case.set_aside(*(inside or arrives or (Outcome.WAIT, None)))
    for case in cases if orphans else ():
        if case.path in orphans:
            case.set_aside(Outcome.PUSH if case.local else Outcome.PULL)


def enclosing(path: str, closed: Closed) -> tuple[Outcome, Reason | None] | None:
    """What becomes of a path that is closed off, or lies in something that is; the outermost decides."""
    found = None
    while path:
        found = closed.get(path, found)
        path = parent_of(path)
    return found


def _presence(here: bool, before: bool) -> Change:
    if here:
        return Change.NEW
    return Change.GONE if before else Change.NONE
