"""How are many new small files stored with few requests, and as safely as one?

Each goes the way of every new file (store.py, claims.py): its content is a claim, all claims are looked at, the path is
looked at, the claim is renamed. But files that are stored side by side share the requests to rclone (batches.py) and
the looks (shared.py). The rule of the claims holds: each look begins after the claim is shown, the rename after it.

In a bucket each request counts, so rclone is told to leave out its own looks at single objects: the directory's listing
tells what is at the path before, and what was stored afterwards.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.sync.remotes.errors import Changed, Corrupt
from services.sync.remotes.rclone.batches import Batches
from services.sync.remotes.rclone.claims import Claims
from services.sync.remotes.rclone.orders import Step, require_renamed
from services.sync.remotes.rclone.place import Place
from services.sync.remotes.rclone.shared import SharedByKey
from services.sync.remotes.remote import Entry, Progress
from services.sync.remotes.source import Source

SMALL = 64 * 1024
"""Up to this size, in bytes, a file costs more requests than transfer."""

SHORT = 1000
"""A longer listing costs a bucket several requests: then a look at the one object is cheaper."""


@asynccontextmanager
async def unchanged(source: Source) -> AsyncIterator[None]:
    """Raise `SourceChanged` or `Gone` if the source changed while it was sent inside."""
    try:
        yield
    except Corrupt:
        # rclone reads a file twice, for its hash and for its content: it may have changed in between
        await asyncio.to_thread(source.confirm)
        raise
    await asyncio.to_thread(source.confirm)


class SmallFiles:
    """Writes new small files to one place that can rename."""

    def __init__(self, place: Place, claims: Claims) -> None:
        self._place = place
        self._claims = claims
        self._batches = Batches(place)
        self._shown = SharedByKey(self._show)
        self._made = SharedByKey(self._make)

    async def put(self, source: Source, path: str, progress: Progress) -> Entry | None:
        """Store the source where nothing is; `Changed` if something is there."""
        async with self._claims.claim(path) as claim:
            await self._send(source, claim, path)
            await progress(source.size)
            await self._claims.settle(claim, path)
            put = self._into_bucket if self._place.backend.bucket else self._into_place
            found = await put(claim, path)
        return found or await self._place.written(path)

    async def _send(self, source: Source, claim: str, path: str) -> None:
        async with unchanged(source):
            await self._run(self._place.orders.send(source.path, claim), path)

    async def _into_place(self, claim: str, path: str) -> Entry | None:
        """Rename the claim unless rclone finds something at the path."""
        orders = self._place.orders
        moving, question = orders.rename(claim, path)
        await self._run(moving, path)
        stats, seen = await asyncio.gather(self._run(question, path), self._run(orders.look(path), path))
        require_renamed(stats, path)
        return orders.seen(seen, path)

    async def _into_bucket(self, claim: str, path: str) -> Entry | None:
        """Copy the claim, on the server, to where the listing shows nothing. Without the claim the server refuses."""
        directory = path.rpartition("/")[0]
        before, _ = await asyncio.gather(self._shown.look(directory), self._made.look(directory))
        if path in before:
            raise Changed(f"{path} is already there")
        await self._run(self._place.orders.rename_bare(claim, path), path)
        return (await self._shown.look(directory)).get(path) if len(before) < SHORT else None

    async def _show(self, directory: str) -> dict[str, Entry]:
        return {entry.path: entry for entry in (await self._place.listing(directory, deep=False)).entries}

    async def _make(self, directory: str) -> None:
        if directory:
            await self._place.make_directory(directory, f"making {directory}")

    async def _run(self, step: Step, path: str) -> dict[str, Any]:
        return await self._batches.run(step, f"storing {path}")
