"""What have people decided about a folder, so that it outlives the program? A pause, and answers to guard rails.

Both are facts in the journal, written before anybody is told that they hold; a standby may write them too.

An answer is used once. It is taken back right before the first act of the pass that it lets through, so that a crash
after that asks again and never does more than was shown; of a pass that only failed, what it did not come to do stays
allowed. "Look again and bring back what is gone" becomes the journal's own knowledge at the same moment: what is on one
side only counts as never synced, whatever happens next.
"""

import asyncio
import json
import logging
import time
from dataclasses import dataclass, replace

from helix.core.actions import Action, Reason, Skip
from helix.core.guards import Approval, Trip, TripKind
from helix.core.plan import Plan
from services.sync.deletions import allowed_now
from services.sync.journal.errors import JournalFailed
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Fact, Forgotten, Note

log = logging.getLogger(__name__)

ANY = 1 << 62
_PAUSED, _ANSWER = "paused", "answer"
_OPENED_BESIDE = {
    TripKind.EMPTY_ROOT: (TripKind.MASS_DELETION,),
    TripKind.REMOTE_RESET: (TripKind.MASS_DELETION,),
}
"""To do what these rails hold back is a mass deletion, of no more than the figure that they show."""
_DELETES_NOTHING = {TripKind.UNREADABLE_ROOT, TripKind.DISK_FLOOR}
"""Rails that hold no deletion back: there is nothing to bring back, only to look again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What people answered to guard rails, and no pass has used."""

    approvals: tuple[Approval, ...] = ()
    kept: tuple[TripKind, ...] = ()
    """The rails that were answered with: bring back what is gone."""

    @property
    def keep_deleted(self) -> bool:
        """Whether the pass brings back what is gone on one side."""
        return bool(self.kept)

    @property
    def opens(self) -> tuple[Approval, ...]:
        """The rails that let the pass through; one that brings everything back deletes nothing, so no figure counts."""
        kept = (*self.kept, TripKind.EMPTY_ROOT, TripKind.MASS_DELETION) if self.kept else ()
        return (*self.approvals, *(Approval(kind, ANY) for kind in kept))


class Decisions:
    """The decisions about one folder."""

    def __init__(self, journal: Journal) -> None:
        self.paused = False
        self.answer = Answer()
        self._journal = journal
        self._recalled = False
        self.begin()

    async def recall(self) -> None:
        """Know again what was decided before the program started; the journal must be open. Raises `JournalFailed`."""
        if self._recalled:
            return
        paused, answer = await asyncio.to_thread(lambda: [self._journal.fact(name) for name in (_PAUSED, _ANSWER)])
        self._recalled = True
        self.paused = self.paused or bool(paused)
        self.answer = self.answer if self.answer != Answer() else _decode(answer or "")

    async def pause(self, paused: bool) -> None:
        """Pause or resume at once. Raises `JournalFailed` if that won't outlive the program."""
        self.paused = paused
        try:
            await self._write(_PAUSED, "yes" if paused else "")
        except JournalFailed as error:
            what = "paused" if paused else "resumed"
            raise JournalFailed(
                f"{what}, but only until the next start: {error.message}", remedy=error.remedy
            ) from error

    async def approve(self, trip: Trip) -> None:
        """Do what the trip holds back, once, up to its figure. Raises `JournalFailed`; then nothing was decided."""
        kinds = (trip.kind, *_OPENED_BESIDE.get(trip.kind, ()))
        added = tuple(Approval(kind, trip.figures.get("amount", 0)) for kind in kinds)
        await self._decide(Answer(self.answer.approvals + added))

    async def keep(self, trip: Trip) -> None:
        """Look again and bring back what is gone: with that, no pass deletes anything. Raises `JournalFailed`."""
        if trip.kind not in _DELETES_NOTHING:
            await self._decide(replace(self.answer, kept=(*self.answer.kept, trip.kind)))

    def begin(self) -> None:
        """A pass begins; it has used nothing yet."""
        self._used = self._began = Answer()

    def take(self) -> Answer:
        """The answer that the pass may use, if its rails ask."""
        self._began = self.answer
        return self.answer

    async def spend(self, used: Answer, plan: Plan) -> None:
        """The rails let a pass with this answer through, and its first act comes next. Raises what a commit raises."""
        if used == Answer():
            return
        notes: list[Note] = [*allowed_now(used.approvals)]
        if used.keep_deleted:
            notes += [Forgotten(action.path) for action in plan.actions if _brings_back(action)]
        if any(approval.kind is TripKind.CLOCK_JUMP for approval in used.opens):
            notes.append(Fact("last_run", repr(time.time())))
        left = _without(self.answer, used)
        await asyncio.to_thread(self._commit, *notes, Fact(_ANSWER, _encode(left)))
        self._used, self.answer = used, _without(self.answer, used)

    async def broke_off(self, done: int, bytes_done: int) -> None:
        """The pass failed or was stopped: what it did not come to do stays allowed."""
        left = tuple(_less(approval, done, bytes_done) for approval in self._used.approvals)
        left = tuple(approval for approval in left if approval.amount >= 0)
        if left:
            await self._try_to_change(replace(self.answer, approvals=self.answer.approvals + left))

    async def refused(self, trip: Trip) -> None:
        """A rail tripped in spite of its answer: it holds back more than was shown, so it asks anew."""
        stale = tuple(approval for approval in self._began.approvals if approval.kind is trip.kind)
        if stale:
            await self._try_to_change(_without(self.answer, Answer(stale)))

    async def _decide(self, answer: Answer) -> None:
        await self._write(_ANSWER, _encode(answer))
        self.answer = answer

    async def _try_to_change(self, answer: Answer) -> None:
        self.answer = answer
        try:
            await self._write(_ANSWER, _encode(answer))
        except JournalFailed as error:
            log.warning("answer_not_written", extra={"cause": str(error)})

    async def _write(self, name: str, value: str) -> None:
        """Write a fact; a standby may do that, too."""
        await asyncio.to_thread(self._journal.set_own_fact, name, value)

    def _commit(self, *notes: Note) -> None:
        self._journal.note(*notes)
        self._journal.commit()


def _brings_back(action: Action) -> bool:
    """Whether the path is on one side only, and seen so: the one that came from a whole listing."""
    unseen = isinstance(action, Skip) and action.reason is Reason.UNSEEN
    return not unseen and (action.local is None) != (action.remote is None)


def _less(approval: Approval, done: int, bytes_done: int) -> Approval:
    match approval.kind:
        case TripKind.CLOCK_JUMP:
            return approval
        case TripKind.DISK_FLOOR:
            return replace(approval, amount=approval.amount - bytes_done)
        case _:
            return replace(approval, amount=approval.amount - done)


def _without(answer: Answer, used: Answer) -> Answer:
    left = tuple(approval for approval in answer.approvals if approval not in used.approvals)
    return Answer(left, tuple(kind for kind in answer.kept if kind not in used.kept))


def _encode(answer: Answer) -> str:
    if answer == Answer():
        return ""
    approvals = [[approval.kind.value, approval.amount] for approval in answer.approvals]
    return json.dumps({"approvals": approvals, "kept": answer.kept})


def _decode(text: str) -> Answer:
    """Read a fact; one that can't be read counts as no answer: then the rail asks once more."""
    try:
        body = json.loads(text or "{}")
        approvals = tuple(Approval(TripKind(kind), int(amount)) for kind, amount in body.get("approvals", []))
        return Answer(approvals, tuple(TripKind(kind) for kind in body.get("kept", [])))
    except (ValueError, TypeError, AttributeError):
        return Answer()
