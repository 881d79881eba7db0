"""Where do deleted and overwritten files stay, for how long, and how do they come back?

Each pass has a directory named by its time, on the side that lost the file: `.helix/trash/20261123T1315….000001Z/path`.
The name is the age, so expiry needs no journal, and a lost journal loses no version.
"""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

from helix.core.trees import Kind, Side
from helix.errors import Refused
from services.sync import files
from services.sync.apply.errors import LocalChanged
from services.sync.apply.local_side import LocalSide, threaded
from services.sync.journal import history
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Version
from services.sync.remotes.errors import ItemFailed
from services.sync.remotes.remote import Entry, Remote
from services.sync.reserved import TRASH
from services.sync.walk import IS_DIRECTORY, Witness, walk

_FORMAT = "%Y%m%dT%H%M%S.%fZ"


def stamp_of(now: float) -> str:
    """The name of a pass's directory in the trash."""
    return datetime.fromtimestamp(now, UTC).strftime(_FORMAT)


def time_of(stamp: str) -> float | None:
    """The time of such a directory; None if the name is no stamp."""
    parts = stamp.split(".")
    try:
        return datetime.strptime(".".join(parts[:2]), _FORMAT).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


class Trash:
    """The trash of both sides of one folder."""

    def __init__(self, root: str, remote: Remote, journal: Journal) -> None:
        self._root = root
        self._remote = remote
        self._journal = journal

    async def expire(self, days: float, now: float) -> int:
        """Remove for good what has been in the trash longer; gives how many files."""
        limit = now - timedelta(days=days).total_seconds()
        gone = await asyncio.to_thread(self._expire_local, limit)
        directories: list[str] = []
        async for entry in self._entries_before(limit):
            if entry.kind is Kind.DIRECTORY:
                directories.append(entry.path)
                continue
            await self._remote.remove(entry.path, expect=entry.etag)
            await asyncio.to_thread(history.forget_version, self._journal, Side.REMOTE, entry.path)
            gone += 1
        for directory in reversed(directories):
            with contextlib.suppress(ItemFailed):
                await self._remote.rmdir(directory)
        return gone

    async def restore(self, path: str, version: str | None, to: str | None) -> Version:
        """Bring a version back to the local folder, to `to` or the path itself; what is there becomes a version too.

        Raises `Refused` for an unknown version, and where something stands that no file can take the place of.
        """
        found = await self.find(path, version)
        if not found:
            raise Refused(
                f"no such version of {path} is kept",
                remedy="`helix sync history PATH` lists the versions that are kept",
                code="not-found",
            )
        try:
            await self._bring_back(found[0], to or path)
        except LocalChanged as error:
            remedy = "clear the place, or name another one: `helix restore PATH --to OTHER`"
            raise Refused(f"it can't be put there: {error.message}", remedy=remedy, code="in-the-way") from error
        return found[0]

    async def find(self, path: str, version: str | None) -> list[Version]:
        """The kept versions of a path, or the one that is named, newest first."""
        kept = await asyncio.to_thread(history.versions, self._journal, path)
        return [one for one in kept if version in (None, version_id(one))]

    async def index(self) -> None:
        """Note every kept version again: for a journal that was begun anew."""
        for path, size, *_ in await asyncio.to_thread(lambda: list(walk(self._root, Witness(), TRASH))):
            if size != IS_DIRECTORY:
                self._note(path, Side.LOCAL, size)
        async for batch in self._remote.listing(TRASH):
            for entry in batch:
                if entry.kind is Kind.FILE:
                    self._note(entry.path, Side.REMOTE, entry.size)
        await asyncio.to_thread(self._journal.commit)

    def _note(self, kept: str, side: Side, size: int) -> None:
        stamp, _, path = kept.removeprefix(TRASH + "/").partition("/")
        when = time_of(stamp)
        if when is not None and path:
            self._journal.note(Version(kept, side, path, when, size, "found in the trash"))

    async def _bring_back(self, kept: Version, to: str) -> None:
        check_path(to)
        here = LocalSide(self._root, stamp_of(datetime.now(UTC).timestamp()))
        temporary = await threaded(to, here.temporary, to)
        try:
            if kept.side is Side.LOCAL:
                await threaded(to, shutil.copy2, here.full(kept.kept), temporary, follow_symlinks=False)
            else:
                entry = await self._remote.stat(kept.kept)
                if entry is None:
                    raise Refused(f"{kept.path}: the version has left the trash", code="not-found")
                await self._remote.download(kept.kept, temporary, expect=entry.etag)
            replaced = await threaded(to, _place, here, temporary, to)
        finally:
            await asyncio.shield(asyncio.to_thread(files.discard, temporary))
        if replaced is not None:
            self._journal.note(replaced)
            await asyncio.to_thread(self._journal.commit)

    def _expire_local(self, limit: float) -> int:
        gone = 0
        for stamp in _stamps_before(files.full(self._root, TRASH), limit):
            directory = f"{TRASH}/{stamp}"
            for path, size, *_ in list(walk(self._root, Witness(), directory)):
                if size != IS_DIRECTORY:
                    history.forget_version(self._journal, Side.LOCAL, path)
                    gone += 1
            shutil.rmtree(files.full(self._root, directory), ignore_errors=True)
        return gone

    async def _entries_before(self, limit: float) -> AsyncIterator[Entry]:
        async for batch in self._remote.listing(TRASH):
            for entry in batch:
                when = time_of(entry.path.removeprefix(TRASH + "/").partition("/")[0])
                if when is not None and when < limit:
                    yield entry


def version_id(version: Version) -> str:
    """How people name a version: its side and its pass."""
    stamp = version.kept.removeprefix(TRASH + "/").partition("/")[0]
    return f"{version.side.value}-{stamp}"


def check_path(path: str) -> None:
    """Refuse a path that would leave the folder or enter Helix's own directory."""
    parts = path.split("/")
    if not path or "\0" in path or any(part in ("", ".", "..") for part in parts) or parts[0] == ".helix":
        raise Refused(
            "this path is not inside the folder", remedy="give a path relative to the folder", code="bad-path"
        )
    if path.encode(errors="replace").decode() != path:
        raise Refused("this name is not UTF-8", remedy="files of such names are not kept: rename it", code="bad-path")


def _place(here: LocalSide, temporary: str, to: str) -> Version | None:
    """Put the content in its place; gives the version that it replaced."""
    held = here.now(to)
    if held is not None and held.kind is Kind.DIRECTORY:
        raise LocalChanged(f"{to} is a directory")
    kept = here.take(temporary, to, held, None)
    return Version(kept, Side.LOCAL, to, time.time(), held.size, "overwritten by a restore") if kept and held else None


def _stamps_before(trash: str, limit: float) -> Iterator[str]:
    try:
        names = os.listdir(trash)
    except FileNotFoundError:
        return
    for name in names:
        when = time_of(name)
        if when is not None and when < limit:
            yield name
