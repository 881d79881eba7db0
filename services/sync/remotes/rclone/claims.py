"""Which of two writers that want one path at the same moment may have it?

rclone can't make a file only where none is. So whoever wants to write first shows it, in `.helix/incoming/`, then
looks, and acts only if nobody else shows that he wants the same path:

    show the claim · look at the claims · look at the path · act · the claim goes

Of two writers at least one sees the other, because each shows itself before it looks. Who is alone goes on; if both
see each other, the smaller name waits until the other has gone, the greater gives up (`Changed`).

Where a path is written by renaming, the claim is the new content itself. A claim of a writer that has died is removed
once it has stood still for `PATIENCE_SECONDS` by the observer's own clock; a writer that only slept then finds nothing
to rename, so it does no harm. Where a backend replaces by itself (WebDAV) the claim is an empty directory, and
against a writer that sleeps so long between its look and its act only the lease helps. So it does on MEGA, whose tree
rclone keeps in its memory and renews late.
"""

import asyncio
import contextlib
import hashlib
import random
import secrets
import time
from collections.abc import AsyncIterator
from typing import NamedTuple

from services.sync.remotes.errors import Changed, Gone, ItemFailed, RemoteError
from services.sync.remotes.rclone.entries import INCOMING
from services.sync.remotes.rclone.place import Place
from services.sync.remotes.rclone.shared import Shared

PATIENCE_SECONDS = 60.0
"""A claim on the path that we want, unchanged for so long, belongs to nobody alive."""

LEFTOVER_SECONDS = 3600.0
"""Any other claim, unchanged for so long, is rubbish."""

WAIT_SECONDS = 10.0
"""How long a writer waits for another one to finish."""

_LOOK_SECONDS = 0.2


class _Look(NamedTuple):
    """What one look at all claims has shown."""

    still: dict[str, float]
    """For how long each claim has stood still, in seconds."""
    live: frozenset[str]
    """Which were our own living ones when it began."""


class Claims:
    """The claims of one client; `owner` outlives a restart, so that what it left it may take back at once."""

    def __init__(self, place: Place, owner: str) -> None:
        self._place = place
        self._owner = _short(owner, 8)
        self._live: set[str] = set()
        self._looks = Shared(self._look)
        self._since: dict[str, tuple[str, float]] = {}

    @contextlib.asynccontextmanager
    async def claim(self, path: str) -> AsyncIterator[str]:
        """Where the claim on the path is to be shown. After a failure of this item it is withdrawn."""
        mine = f"{INCOMING}/{_short(path, 16)}-{self._owner}-{secrets.token_hex(4)}"
        self._live.add(mine)
        try:
            yield mine
        except ItemFailed:
            with contextlib.suppress(RemoteError):
                await self._withdraw(mine)
            raise
        finally:
            self._live.discard(mine)

    @contextlib.asynccontextmanager
    async def held(self, path: str) -> AsyncIterator[None]:
        """Hold the path by an empty directory: for what is not written by renaming."""
        async with self.claim(path) as mine:
            await self._place.make_directory(mine, f"claiming {path}")
            try:
                await self.settle(mine, path)
                yield
            finally:
                with contextlib.suppress(RemoteError):
                    await self._withdraw(mine)

    async def settle(self, mine: str, path: str) -> None:
        """Return once the path is ours alone; `Changed` if another client goes first or has taken our claim away."""
        deadline = time.monotonic() + WAIT_SECONDS
        while others := await self._others(mine, path):
            if min(others) < mine:
                await self._withdraw(mine)
            if time.monotonic() > deadline:
                raise Changed(f"{path} is being written by another client")
            await asyncio.sleep(_LOOK_SECONDS * (1 + random.random()))  # noqa: S311 - jitter

    async def sweep(self) -> None:
        """Remove what an earlier life of this client left."""
        seen = await self._looks.look()
        for claim in seen.still:
            if self._is_left_by_us(claim, seen):
                await self._withdraw(claim)

    async def _others(self, mine: str, path: str) -> list[str]:
        """The claims of other living clients on the path; those of the dead are removed. `Changed` without our own."""
        seen = await self._looks.look()
        wanted = f"{INCOMING}/{_short(path, 16)}-"
        others = []
        for claim in seen.still.keys() - seen.live - self._live:
            rival = claim.startswith(wanted)
            patience = PATIENCE_SECONDS if rival else LEFTOVER_SECONDS
            if self._is_left_by_us(claim, seen) or seen.still[claim] > patience:
                await self._withdraw(claim)
            elif rival:
                others.append(claim)
        if mine not in seen.still and not others:
            raise Changed(f"{path} was being written by another client")
        return others

    async def _look(self) -> _Look:
        """All claims, and for how long each has stood still before our eyes, in seconds."""
        live = frozenset(self._live)
        entries = (await self._place.listing(INCOMING, deep=False)).entries
        now, since = time.monotonic(), {}
        for entry in entries:
            seen = self._since.get(entry.path)
            # a claim's etag changes while somebody writes it
            since[entry.path] = seen if seen is not None and seen[0] == entry.etag else (entry.etag, now)
        self._since = since
        return _Look({claim: now - begun for claim, (_, begun) in since.items()}, live)

    def _is_left_by_us(self, claim: str, seen: _Look) -> bool:
        ours = claim.split("-")[-2:-1] == [self._owner]
        return ours and claim not in seen.live and claim not in self._live

    async def _withdraw(self, claim: str) -> None:
        """Remove a claim, a file or an empty directory; already gone: fine."""
        with contextlib.suppress(Gone):
            entry = await self._place.stat(claim)
            if entry is not None and entry.etag:
                await self._place.delete(claim, "withdrawing a claim")
            elif entry is not None:
                await self._place.remove_directory(claim, "withdrawing a claim")


def _short(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
