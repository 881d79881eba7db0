"""Which actions carry out what was decided about a path?"""

from collections.abc import Iterator

from helix.core.actions import (
    Action,
    Adopt,
    Compare,
    Download,
    Forget,
    KeepBoth,
    MakeDirLocal,
    MakeDirRemote,
    Reason,
    RemoveDirLocal,
    RemoveDirRemote,
    Skip,
    StepAside,
    TrashLocal,
    TrashRemote,
    Upload,
)
from helix.core.cases import Case, Change, Mode, Outcome
from helix.core.trees import Kind, LocalState, RemoteState, Side, same_content

_WHY = {
    (Change.NEW, Change.NONE): "created here",
    (Change.NONE, Change.NEW): "created there",
    (Change.NEW, Change.NEW): "created on both sides",
    (Change.SAME, Change.SAME): "unchanged but for its stamp",
    (Change.EDITED, Change.SAME): "edited here",
    (Change.SAME, Change.EDITED): "edited there",
    (Change.EDITED, Change.EDITED): "edited on both sides",
    (Change.GONE, Change.SAME): "deleted here",
    (Change.SAME, Change.GONE): "deleted there",
    (Change.GONE, Change.EDITED): "deleted here, edited there",
    (Change.EDITED, Change.GONE): "edited here, deleted there",
    (Change.GONE, Change.GONE): "deleted on both sides",
}
_WHY_NOT = {
    Reason.ONE_WAY: "not on the source; a one-way mode deletes nothing that it did not put there",
    Reason.UNSETTLED: "still being written or deleted, or holds something that is",
    Reason.UNSEEN: "a directory could not be listed whole, so that what is missing may be there",
    Reason.FILTERED: "holds files that a filter leaves alone, so that it can't be removed",
    Reason.UNSYNCED: "holds links or other things that are never synced, so that it can't be removed",
    Reason.CLASH: "the other side takes this name and another one for the same",
    Reason.IN_THE_WAY: "a directory that is in the way holds files that were never synced",
}


def why(case: Case) -> str:
    """The reason in an operator's words."""
    return _WHY[case.here, case.there]


def actions_for(case: Case, mode: Mode) -> Iterator[Action]:
    """The actions for one path, in the order in which they must happen."""
    match case.outcome:
        case Outcome.PUSH:
            yield from _copy(case, Side.REMOTE)
        case Outcome.PULL:
            yield from _copy(case, Side.LOCAL)
        case Outcome.MEET:
            yield from _meet(case, mode)
        case Outcome.ADOPT:
            yield Adopt(case.path, case.local, case.remote, why(case), digest=_known_digest(case))
        case Outcome.DROP_LOCAL | Outcome.DROP_REMOTE:
            yield _take_away(case, Side.LOCAL if case.outcome is Outcome.DROP_LOCAL else Side.REMOTE)
        case Outcome.FORGET | Outcome.IGNORED:
            yield from _forget(case)
        case Outcome.LEAVE | Outcome.WAIT:
            yield from _skip(case)
        case Outcome.MOVED | Outcome.ARRIVED:
            yield from [case.move] if case.move else []


def _copy(case: Case, to: Side) -> Iterator[Action]:
    """Make the path on side `to` what it is on the other side."""
    source, target = case.kind_on(to.other), case.kind_on(to)
    local, remote = case.local, case.remote
    if target is not None and target is not source:
        yield _take_away(case, to)
        local, remote = (None, remote) if to is Side.LOCAL else (local, None)
    if source is Kind.DIRECTORY:
        make = MakeDirLocal if to is Side.LOCAL else MakeDirRemote
        yield make(case.path, local, remote, why(case))
    else:
        yield _transfer(case, to, local, remote)


def _transfer(case: Case, to: Side, local: LocalState | None, remote: RemoteState | None) -> Upload | Download:
    if to is Side.LOCAL:
        return Download(case.path, local, remote, why(case), have=_digest_on(case, Side.LOCAL, local))
    return Upload(case.path, local, remote, why(case), have=_digest_on(case, Side.REMOTE, remote))


def _digest_on(case: Case, side: Side, state: LocalState | RemoteState | None) -> str | None:
    """The digest of what stands on the side, from the listing or from the base that it still equals."""
    if state is None or state.digest:
        return state.digest if state else None
    change = case.here if side is Side.LOCAL else case.there
    return case.base.digest if case.base and change is Change.SAME else None


def _take_away(case: Case, side: Side) -> Action:
    directory = case.kind_on(side) is Kind.DIRECTORY
    act: type[RemoveDirLocal | TrashLocal | RemoveDirRemote | TrashRemote]
    if side is Side.LOCAL:
        act = RemoveDirLocal if directory else TrashLocal
    else:
        act = RemoveDirRemote if directory else TrashRemote
    return act(case.path, case.local, case.remote, why(case))


def _meet(case: Case, mode: Mode) -> Iterator[Action]:
    local, remote = case.local, case.remote
    assert local is not None and remote is not None
    equal = same_content(local.digest, remote.digest)
    if local.kind is not remote.kind:
        yield from _make_room(case, Side.LOCAL if local.kind is Kind.FILE else Side.REMOTE)
    elif local.kind is Kind.DIRECTORY or equal:
        yield Adopt(case.path, local, remote, why(case), digest=_known_digest(case))
    elif equal is False or local.size != remote.size:
        yield from _resolve(case, mode, local, remote)
    else:
        yield _compare(case, mode, local, remote)


def _make_room(case: Case, side: Side) -> Iterator[Action]:
    """The file on `side` gives its place to the directory of the other side."""
    yield StepAside(case.path, case.local, case.remote, why(case), side=side)
    if side is Side.LOCAL:
        yield MakeDirLocal(case.path, None, case.remote, why(case))
    else:
        yield MakeDirRemote(case.path, case.local, None, why(case))


def _resolve(case: Case, mode: Mode, local: LocalState, remote: RemoteState) -> Iterator[Action]:
    """Two contents that surely differ: a conflict only if both sides were surely edited."""
    one_way = mode.source is not None
    if one_way or (_surely_edited(case, local) and _surely_edited(case, remote)):
        yield _winner(case, mode)
    else:
        yield _compare(case, mode, local, remote)


def _compare(case: Case, mode: Mode, local: LocalState, remote: RemoteState) -> Compare:
    was = case.base.digest if case.base else None
    return Compare(case.path, local, remote, why(case), otherwise=_winner(case, mode), was=was)


def _winner(case: Case, mode: Mode) -> Upload | Download | KeepBoth:
    match mode:
        case Mode.TWO_WAY:
            return KeepBoth(case.path, case.local, case.remote, why(case))
        case Mode.MIRROR:
            return _transfer(case, Side.REMOTE, case.local, case.remote)
        case Mode.RESTORE:
            return _transfer(case, Side.LOCAL, case.local, case.remote)


def _surely_edited(case: Case, state: LocalState | RemoteState) -> bool:
    """Whether the content differs from the base's, not only the stamp (a flaky etag is no edit)."""
    base = case.base
    if base is None or base.digest is None or base.kind is not state.kind or base.size != state.size:
        return True
    return same_content(state.digest, base.digest) is False


def _known_digest(case: Case) -> str | None:
    """The digest of a content that both sides share."""
    for state in (case.local, case.base, case.remote):
        if state and state.digest:
            return state.digest
    return None


def _forget(case: Case) -> Iterator[Forget]:
    if case.base:
        reason = "ignored now" if case.outcome is Outcome.IGNORED else why(case)
        yield Forget(case.path, case.local, case.remote, reason)


def _skip(case: Case) -> Iterator[Skip]:
    if case.reason:
        yield Skip(case.path, case.local, case.remote, _WHY_NOT[case.reason], reason=case.reason)
