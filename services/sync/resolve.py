"""How is a conflict settled when a person has decided?

`remote`: the copy goes to the trash. `local`: the copy takes the path back, and what was there goes to the trash.
`both`: both stay as two files. The next pass carries it to the other side.
"""

import asyncio
import time

from helix.core.trees import LocalState, Side
from helix.errors import Refused
from services.sync.apply.local_side import LocalSide, threaded
from services.sync.journal import history
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Event, Version
from services.sync.trash import check_path, stamp_of


async def resolve(root: str, journal: Journal, path: str, keep: str) -> None:
    """Settle the conflicts of a path (or of the path of a copy). Raises `Refused` if there is none."""
    if keep not in ("local", "remote", "both"):
        raise Refused("keep is not one of local, remote, both", remedy="choose one of the three", code="bad-request")
    check_path(path)
    open_ones = await asyncio.to_thread(history.open_conflicts, journal)
    chosen = [event for event in open_ones if path in (event.path, event.outcome)]
    if not chosen:
        raise Refused(f"there is no conflict at {path}", remedy="see `helix conflicts`", code="not-found")
    side = LocalSide(root, stamp_of(time.time()))
    for event in chosen:
        journal.note(*await _settle(side, event.path, event.outcome, keep))
        journal.note(Event(time.time(), event.path, "resolved", event.outcome, event.size, f"kept {keep}"))
    await asyncio.to_thread(journal.commit)


async def _settle(side: LocalSide, path: str, copy: str, keep: str) -> tuple[Version, ...]:
    """Do what was decided; gives the version that lost, which `helix restore` brings back."""
    held = await threaded(copy, side.now, copy)
    if held is None or keep == "both":
        return ()
    if keep == "remote":
        return (await threaded(copy, _drop, side, copy, held, path),)
    return await threaded(path, _take_back, side, path, copy, held)


def _take_back(side: LocalSide, path: str, copy: str, held: LocalState) -> tuple[Version, ...]:
    there = side.now(path)
    dropped = () if there is None else (_drop(side, path, there, path),)
    side.move(copy, path, held)
    return dropped


def _drop(side: LocalSide, losing: str, state: LocalState, path: str) -> Version:
    """Put what lost into the trash, as a version of the path that the conflict was about."""
    return Version(side.trash(losing, state), Side.LOCAL, path, time.time(), state.size, "lost a conflict")
