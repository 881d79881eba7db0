"""Which paths must be compared one by one, when most directories are as they were when last seen unchanged?

Two walkers and the journal tell their directories in walk order. A directory whose both listings are, byte for byte,
those in which all its rows were last found unchanged holds nothing to decide, as long as no row of it was written
since: it is counted and left. Of every other directory the rows come as ever, in walk order, and if all of them turn
out unchanged the journal is told so.

An ignored path without a row counts as unchanged under the filters it was seen with; so the filters are part of what
is remembered, and other filters make everything be compared again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from blake3 import blake3

from helix.core.ignore import Ignore
from helix.core.trees import BaseState, LocalState, RemoteState, Row, is_inside, is_unchanged, walk_key
from services.sync.gather import Counts, Suspicion, entry_states, merge, states_in
from services.sync.journal.notes import Seen
from services.sync.journal.reading import Place, Snapshot
from services.sync.remotes.remote import RemoteScan
from services.sync.scan import Directory, Scan
from services.sync.walk import Witness

DIGEST_BYTES = 16
MANY = 20_000
"""So many directories are remembered in one pass, the others in the next ones: notes wait in memory."""


@dataclass(frozen=True, slots=True)
class Trio:
    """One directory on both sides and in the journal; None where it is not."""

    path: str
    here: Directory | None
    there: Directory | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class Tools:
    """What the comparison needs besides the trees."""

    counts: Counts
    witness: Witness
    there: Witness
    suspicion: Suspicion
    ignored: Ignore
    remember: Callable[[Seen], None]


class Comparison:
    """One pass over both trees and the journal."""

    def __init__(self, here: Scan, there: RemoteScan, base: Snapshot, tools: Tools) -> None:
        self.unread = 0
        """How many rows of the journal were not read, because their directories are as they were."""
        self._here = here
        self._there = there
        self._base = base
        self._tools = tools
        self._remembered = 0

    def rows(self) -> Iterator[Row]:
        """All rows, in walk order, of the directories that are not as they were."""
        open_: list[_Open] = []
        for trio in _side_by_side(iter(self._here), iter(self._there), self._base.places()):
            seen = self._digest(trio)
            if trio.place is not None and seen is not None and trio.place.seen == seen:
                self._leave(trio, trio.place)
                continue
            while open_ and not is_inside(trio.path, open_[-1].path):
                yield from open_.pop().rest()
            if open_:
                yield from open_[-1].until(trio.path)
            open_.append(_Open(trio.path, self._compared(trio, seen)))
        while open_:
            yield from open_.pop().rest()

    def _digest(self, trio: Trio) -> bytes | None:
        """What names both listings and the filters; None unless both sides were seen whole."""
        here, there = trio.here, trio.there
        if here is None or there is None or not (here.sound and there.sound):
            return None
        packed = (here.packed, there.packed)
        return self._tools.ignored.digest + b"".join(blake3(one).digest(DIGEST_BYTES) for one in packed)

    def _leave(self, trio: Trio, place: Place) -> None:
        """Count what need not be compared."""
        self.unread += place.rows
        if trio.here is not None:
            self._tools.counts.count_local(trio.here)
        if trio.there is not None:
            self._tools.counts.count_remote(trio.there)

    def _compared(self, trio: Trio, seen: bytes | None) -> Iterator[Row]:
        """The directory's own rows; at their end it may be remembered as unchanged."""
        tools, held, unchanged = self._tools, 0, seen is not None

        def suspicion(path: str, state: LocalState, base: BaseState, ctime_ns: int) -> LocalState:
            nonlocal unchanged
            unchanged = False  # what is known of it now is in the journal only later
            return tools.suspicion(path, state, base, ctime_ns)

        for row in merge(
            states_in(trio.here, tools.counts) if trio.here else iter(()),
            self._entries(trio.there) if trio.there else iter(()),
            self._base.rows_in(trio.path) if trio.place else iter(()),
            suspicion,
        ):
            held += row.base is not None
            unchanged = unchanged and (is_unchanged(row) or _is_nobodys(row, tools.ignored))
            yield row
        if unchanged and seen is not None and self._remembered < MANY:
            self._remembered += 1
            tools.remember(Seen(trio.path, seen, held, trio.place.touched if trio.place else None))

    def _entries(self, directory: Directory) -> Iterator[tuple[str, RemoteState, int]]:
        self._tools.counts.count_remote(directory)
        return entry_states(self._there.entries(directory))


class _Open:
    """A directory some of whose rows are not told yet."""

    def __init__(self, path: str, rows: Iterator[Row]) -> None:
        self.path = path
        self._rows = rows
        self._next = next(rows, None)

    def until(self, inside: str) -> Iterator[Row]:
        """The rows that come before the things in `inside`, which lies in this directory."""
        begin = len(self.path) + 1 if self.path else 0
        end = inside.find("/", begin)
        last = inside if end < 0 else inside[:end]
        while self._next is not None and self._next.path <= last:
            yield self._next
            self._next = next(self._rows, None)

    def rest(self) -> Iterator[Row]:
        """All that are left."""
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)


def _is_nobodys(row: Row, ignored: Ignore) -> bool:
    """Whether a filter hides the path and the journal does not know it."""
    return row.base is None and any(ignored(row.path, state.kind) for state in (row.local, row.remote) if state)


def _side_by_side(here: Iterator[Directory], there: Iterator[Directory], base: Iterator[Place]) -> Iterator[Trio]:
    """Pair the three streams by path."""
    one, two, place = next(here, None), next(there, None), next(base, None)
    while one or two or place:
        heads = [head.path for head in (one, two, place) if head]
        path = heads[0] if heads.count(heads[0]) == len(heads) else min(heads, key=walk_key)
        trio = Trio(
            path,
            one if one and one.path == path else None,
            two if two and two.path == path else None,
            place if place and place.path == path else None,
        )
        one = next(here, None) if trio.here else one
        two = next(there, None) if trio.there else two
        place = next(base, None) if trio.place else place
        yield trio
