"""May this round go on, or must a person look first?

Each rail takes figures and answers with a `Trip` (what is wrong, what to do) or None. A tripped rail stops the folder,
not the program: nothing is done, everybody is told, and the folder waits for a person's decision:

* `proceed`: this round may do it once, up to the figure that the person saw (an `Approval`);
* `rescan`: look again and bring back what was deleted (`Rules.keep_deleted`), so that nothing is left to approve.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ALWAYS_ALLOWED = 10  # so few deletions never trip: a folder of four files may lose two
DEFAULT_COUNT = 1_000
WINDOW_SECONDS = 600.0
"""Deletions count together over so long: one that goes on for minutes is seen in pieces, each of them small."""
CLOCK_BACK_SECONDS = 60.0  # smaller corrections are the time service's daily work
CLOCK_AHEAD_SECONDS = 366 * 86_400.0


class TripKind(StrEnum):
    """Which rail it is."""

    MASS_DELETION = "mass-deletion"
    EMPTY_ROOT = "empty-root"
    UNREADABLE_ROOT = "unreadable-root"
    UNMARKED_ROOT = "unmarked-root"
    MISMATCHED_PAIR = "mismatched-pair"
    REMOTE_RESET = "remote-reset"
    CLOCK_JUMP = "clock-jump"
    DISK_FLOOR = "disk-floor"


LOOK_AGAIN_ONLY = frozenset({TripKind.UNREADABLE_ROOT})
"""Rails that nobody can open: the cause must go."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A reason to stop: what was seen, what to do about it, and the figures behind it."""

    kind: TripKind
    text: str
    remedy: str
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approval:
    """A person allowed one kind of trip once, up to a figure (the `amount` of the trip that they saw).

    A trip without an amount asks a question whose answer does not wear out: that the clock is right now.
    """

    kind: TripKind
    amount: int

    def covers(self, trip: Trip) -> bool:
        """Whether the trip is the one that was approved, and not a bigger one."""
        return trip.kind is self.kind and trip.figures.get("amount", 0) <= self.amount


@dataclass(frozen=True, slots=True)
class DeletionLimit:
    """How many deletions may be done within `WINDOW_SECONDS` without asking: the smaller of a share and a count."""

    share: float | None = 0.5
    count: int | None = DEFAULT_COUNT

    def allowed(self, known: int) -> int:
        """The greatest number of deletions that needs no person."""
        by_share = int(known * self.share) if self.share is not None else None
        limits = [limit for limit in (by_share, self.count) if limit is not None]
        return max(ALWAYS_ALLOWED, min(limits)) if limits else ALWAYS_ALLOWED


def parse_limit(text: str) -> DeletionLimit | None:
    """Read `50%` (a share, and never more than 1,000), `1000` (a count), `80%,5000` (both); None if it is neither."""
    found = re.fullmatch(r"(\d{1,3})%(?:,(\d{1,9}))?|(\d{1,9})", text.replace(" ", ""))
    if not found:
        return None
    percent, beside, alone = found.groups()
    if alone:
        return DeletionLimit(None, int(alone))
    if int(percent) > 100:
        return None
    return DeletionLimit(int(percent) / 100, int(beside) if beside else DEFAULT_COUNT)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round knows before it acts. Counts of paths; None where a figure could not be had."""

    known: int = 0
    """paths in the base: what was in sync before"""
    delete_local: int = 0
    delete_remote: int = 0
    deleted_before: int = 0
    """files that were deleted in the last `WINDOW_SECONDS` without anybody having been asked"""
    local_paths: int = 0
    remote_paths: int = 0
    root_readable: bool = True
    root_marked: bool = True
    """the local root bears the mark that Helix left in it (an unmounted volume does not)"""
    marked_before: bool = True
    """the journal remembers that the mark was set"""
    remote_identity: str | None = None
    remote_identity_before: str | None = None
    marks_differ: bool = False
    """both sides bear a mark, and not the same"""
    now: float = 0.0
    last_run: float | None = None
    disk_free: int | None = None
    disk_floor: int = 0
    download_bytes: int = 0


def first_trip(figures: Figures, limit: DeletionLimit, approvals: tuple[Approval, ...] = ()) -> Trip | None:
    """The first rail that trips and that nobody has approved, the gravest first."""
    for trip in trips(figures, limit):
        if not any(approval.covers(trip) for approval in approvals):
            return trip
    return None


def trips(figures: Figures, limit: DeletionLimit) -> Iterator[Trip]:
    """All rails that trip, the gravest first."""
    for rail in (_unreadable, _unmarked, _mismatched, _empty_local, _reset_remote, _clock):
        if trip := rail(figures):
            yield trip
    if trip := _mass_deletion(figures, limit):
        yield trip
    if trip := _disk(figures):
        yield trip


def _unreadable(seen: Figures) -> Trip | None:
    if seen.root_readable:
        return None
    return Trip(
        TripKind.UNREADABLE_ROOT,
        "the local folder can't be read",
        "check that the volume is mounted and that its owner may read it",
    )


def _unmarked(seen: Figures) -> Trip | None:
    if seen.root_marked or not seen.marked_before:
        return None
    return Trip(
        TripKind.UNMARKED_ROOT,
        f"the local folder has lost its mark: it is not the folder that held {seen.known:,} known paths",
        "mount the right volume; if the folder is the right one, proceed, and it is marked again",
        {"amount": seen.known, "known": seen.known},
    )


def _mismatched(seen: Figures) -> Trip | None:
    if seen.known or not seen.marks_differ:
        return None
    return Trip(
        TripKind.MISMATCHED_PAIR,
        "the local folder belongs to another remote than this one, and no journal says how the two fit",
        "mount the right volume or name the right remote; proceed to merge both (nothing is deleted)",
    )


def _empty_local(seen: Figures) -> Trip | None:
    if seen.local_paths or seen.known <= ALWAYS_ALLOWED:
        return None  # the mark proves that it is the right folder, and so few paths may go
    return Trip(
        TripKind.EMPTY_ROOT,
        f"the local folder is empty, but {seen.known:,} paths were in sync",
        "mount the volume or restore the folder; proceed only if everything was deleted on purpose",
        {"amount": seen.known, "known": seen.known},
    )


def _reset_remote(seen: Figures) -> Trip | None:
    before = seen.remote_identity_before
    renamed = None not in (before, seen.remote_identity) and before != seen.remote_identity
    if not seen.known or (not renamed and (seen.remote_paths or seen.known <= ALWAYS_ALLOWED)):
        return None
    what = "is another one than before" if renamed else "is empty"
    return Trip(
        TripKind.REMOTE_RESET,
        f"the remote {what}, but {seen.known:,} paths were in sync",
        "check account and folder of the remote; rescan to fill it from here, proceed if it was emptied on purpose",
        {"amount": seen.known, "known": seen.known},
    )


def _clock(seen: Figures) -> Trip | None:
    jump = seen.now - seen.last_run if seen.last_run is not None else 0.0
    if -CLOCK_BACK_SECONDS <= jump <= CLOCK_AHEAD_SECONDS:
        return None
    way = "back" if jump < 0 else "ahead"
    return Trip(
        TripKind.CLOCK_JUMP,
        f"the clock went {way} by {_about(abs(jump))} since the last run",
        "correct the host's clock; proceed if it is right now",
        {"seconds": abs(int(jump))},
    )


def _about(seconds: float) -> str:
    """A span in words that stay the same while the clock ticks on."""
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length:
            return f"{round(seconds / length):,} {unit}"
    return f"{max(2, round(seconds / 60))} minutes"


def _mass_deletion(seen: Figures, limit: DeletionLimit) -> Trip | None:
    amount, before = seen.delete_local + seen.delete_remote, seen.deleted_before
    allowed = limit.allowed(seen.known + before)
    if not amount or amount + before <= allowed:
        return None
    after = f", after {before:,} in the last ten minutes" if before else ""
    return Trip(
        TripKind.MASS_DELETION,
        f"this round would delete {amount:,} of {seen.known:,} paths ({seen.delete_local:,} here, "
        f"{seen.delete_remote:,} there){after}; {allowed:,} need no question",
        "proceed to delete them (they go to the trash), rescan to bring them back, or raise HELIX_MAX_DELETE",
        {
            "amount": amount,
            "allowed": allowed,
            "known": seen.known,
            "local": seen.delete_local,
            "remote": seen.delete_remote,
        },
    )


def _disk(seen: Figures) -> Trip | None:
    if seen.disk_free is None or not seen.download_bytes:
        return None
    missing = seen.disk_floor + seen.download_bytes - seen.disk_free
    if missing <= 0:
        return None
    return Trip(
        TripKind.DISK_FLOOR,
        f"{seen.download_bytes:,} bytes are to be downloaded, but only {seen.disk_free:,} are free "
        f"and {seen.disk_floor:,} must stay so",
        f"free at least {missing:,} bytes on the volume of the local folder",
        {"amount": seen.download_bytes, "free": seen.disk_free, "floor": seen.disk_floor, "missing": missing},
    )
