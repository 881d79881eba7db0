"""What did a pass see on both sides, and what would it do about it?"""

from dataclasses import dataclass

from helix.core.actions import Reason, Skip
from helix.core.guards import Trip
from helix.core.plan import Plan
from services.sync.gather import Counts
from services.sync.hints import Hint, around
from services.sync.marker import Marks
from services.sync.walk import Witness

_SHOWN = {Reason.CLASH, Reason.IN_THE_WAY, Reason.UNSEEN}


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen, and what would be done about it."""

    plan: Plan
    counts: Counts
    witness: Witness
    there: Witness
    """The remote's listing, as `witness` is of the local walk."""
    marks: Marks
    trip: Trip | None
    wake_in: float | None
    where: Hint

    @property
    def unsettled(self) -> list[Skip]:
        """What people are still writing or deleting."""
        return [a for a in self.plan.actions if isinstance(a, Skip) and a.reason is Reason.UNSETTLED]

    @property
    def waiting(self) -> Hint:
        """Where that is: to be looked at again."""
        return around(skip.path for skip in self.unsettled)

    @property
    def skipped(self) -> dict[str, str]:
        """Paths that are left out, and why: those that were named, directories that can't be read first."""
        chosen = {a.path: a.why for a in self.plan.actions if isinstance(a, Skip) and a.reason in _SHOWN}
        there = {path: f"on the remote: {why}" for path, why in self.there.skipped.items()}
        named = {**there, **self.witness.skipped, **chosen}
        closed = self.there.unseen | self.witness.unseen
        return {path: named[path] for path in sorted(named, key=lambda path: path not in closed)}

    @property
    def unnamed(self) -> int:
        """How many more are left out, which were only counted."""
        return sum(seen.skipped_count - len(seen.skipped) for seen in (self.witness, self.there))

    @property
    def unseen(self) -> int:
        """How many directories could not be read, on both sides."""
        return len(self.witness.unseen) + len(self.there.unseen)
