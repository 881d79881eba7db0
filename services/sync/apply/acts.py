"""What does each action do to the world, and which notes does it leave?

One function an action. Each looks again, acts, and returns the notes for the journal: act, then remember.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import assert_never

from helix.core.actions import (
    Action,
    Adopt,
    Compare,
    Download,
    Forget,
    KeepBoth,
    MakeDirLocal,
    MakeDirRemote,
    MoveLocal,
    MoveRemote,
    RemoveDirLocal,
    RemoveDirRemote,
    Skip,
    StepAside,
    TrashLocal,
    TrashRemote,
    Upload,
    settled,
)
from helix.core.names import conflict_names
from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Side, in_sync
from services.sync import files
from services.sync.apply.errors import LocalChanged
from services.sync.apply.local_side import LocalSide, threaded
from services.sync.apply.notes import Notes, downloaded, event, state_of, uploaded
from services.sync.apply.throttle import Throttle
from services.sync.journal.notes import Event, Forgotten, InSync, Renamed, Version
from services.sync.remotes.remote import Remote
from services.sync.reserved import TRASH


@dataclass(frozen=True, slots=True)
class Acts:
    """The two sides during one pass."""

    here: LocalSide
    there: Remote
    throttle: Throttle

    async def perform(self, action: Action) -> Notes:  # noqa: C901, PLR0911 - one line an action
        """Do one action. Raises `LocalFailed`, `LocalFull` or a `RemoteError`; then the journal knows nothing of it."""
        match action:
            case Upload():
                return await self._upload(action)
            case Download():
                return await self._download(action)
            case KeepBoth():
                return await self._keep_both(action)
            case Compare():
                return await self._compare(action)
            case StepAside():
                return await self._step_aside(action)
            case TrashLocal() | TrashRemote():
                return await self._trash(action)
            case MoveLocal() | MoveRemote():
                return await self._move(action)
            case MakeDirLocal() | MakeDirRemote() | RemoveDirLocal() | RemoveDirRemote():
                return await self._directory(action)
            case Adopt(path=path, local=local, remote=remote, digest=digest):
                assert local is not None and remote is not None
                return (InSync(path, in_sync(local, remote, digest)),)
            case Forget(path=path):
                return (Forgotten(path),)
            case Skip():
                return ()
            case _:
                assert_never(action)

    async def _upload(self, action: Upload) -> Notes:
        path, local, remote = action.path, action.local, action.remote
        assert local is not None
        ctime = await threaded(path, self.here.check, path, local)
        local = local if local.inode is not None else await threaded(path, self.here.state, path)
        source = self.here.source(path, local)
        if action.have and remote is not None and remote.size == local.size:
            digest = await threaded(path, source.digest)
            if digest == action.have:
                return (InSync(path, in_sync(local, remote, digest), ctime),)
        kept = self._kept(path) if remote is not None else None
        entry = await self.there.upload(
            source, path, expect=remote.etag if remote else None, keep=kept, progress=self.throttle.up
        )
        stored = entry.digest or await threaded(path, source.digest)
        notes = uploaded(action, local, entry, stored, ctime)
        if kept and remote:
            notes += (Version(kept, Side.REMOTE, path, time.time(), remote.size, "overwritten"),)
        return notes

    async def _download(self, action: Download | KeepBoth, *, have: str | None = None) -> Notes:
        path, local, remote = action.path, action.local, action.remote
        assert remote is not None
        have = action.have if isinstance(action, Download) else have
        await threaded(path, self.here.check, path, local)
        temporary = await threaded(path, self.here.temporary, path)
        try:
            digest = await self.there.download(path, temporary, expect=remote.etag, progress=self.throttle.down)
            if local is not None and digest == have:
                return (InSync(path, in_sync(local, remote, digest)),)
            kept = await threaded(path, self.here.take, temporary, path, local, remote.mtime_ns)
        finally:
            await asyncio.shield(asyncio.to_thread(files.discard, temporary))
        now = await threaded(path, self.here.state, path)
        if now.size != remote.size:
            raise LocalChanged(f"{path} changed right after it was downloaded")
        ctime = await threaded(path, self.here.ctime, path)
        notes = downloaded(action, now, remote, digest, ctime)
        if kept and local:
            notes += (Version(kept, Side.LOCAL, path, time.time(), local.size, "overwritten"),)
        return notes

    async def _keep_both(self, action: KeepBoth) -> Notes:
        path, local = action.path, action.local
        assert local is not None
        await threaded(path, self.here.check, path, local)
        digest = await threaded(path, self.here.source(path, local).digest)
        copy = await threaded(path, self.here.copy_aside, path, local, digest)
        notes = await self._download(action, have=digest)
        return (*notes, Event(time.time(), path, "conflict", copy, local.size, action.why))

    async def _compare(self, action: Compare) -> Notes:
        path, local, remote = action.path, action.local, action.remote
        assert local is not None and remote is not None
        ctime = await threaded(path, self.here.check, path, local)
        source = self.here.source(path, local)
        digest = await threaded(path, source.digest)
        if self.there.features.cheap_digest:
            theirs = await self.there.digest(path, expect=remote.etag)
        elif await self.there.matches(source, path, expect=remote.etag, progress=self.throttle.down):
            theirs = digest
        elif action.was is not None and digest != action.was:
            theirs = await self.there.digest(path, expect=remote.etag, progress=self.throttle.down)
        else:
            theirs = "unknown:other"
        decided = settled(action, digest, theirs)
        if isinstance(decided, Adopt):
            return (InSync(path, in_sync(local, remote, digest), ctime),)
        return await self.perform(decided)

    async def _step_aside(self, action: StepAside) -> Notes:
        path, local, remote = action.path, action.local, action.remote
        notes: Notes = ()
        if action.side is Side.LOCAL:
            assert local is not None
            digest = await threaded(path, self.here.source(path, local).digest)
            copy = await threaded(path, self.here.copy_aside, path, local, digest)
            kept = await threaded(path, self.here.trash, path, local)
            size = local.size
            notes = (Version(kept, Side.LOCAL, path, time.time(), size, "stepped aside"),)
        else:
            assert remote is not None
            digest = await self.there.digest(path, expect=remote.etag, progress=self.throttle.down)
            copy, size = await self._move_aside(path, remote, digest), remote.size
        return (*notes, Forgotten(path), Event(time.time(), path, "conflict", copy, size, action.why))

    async def _move_aside(self, path: str, remote: RemoteState, digest: str) -> str:
        """Rename a remote file to its conflict name: its content stays reachable at every moment."""
        for name in conflict_names(path, digest):
            there = await self.there.stat(name)
            if there is None:
                await self.there.move(path, name, expect=remote.etag)
                return name
            if there.kind is Kind.FILE and await self.there.digest(name, expect=there.etag) == digest:
                await self.there.move(path, self._kept(path), expect=remote.etag)
                return name
        raise LocalChanged(f"{path}: every conflict name is taken on the remote")

    async def _trash(self, action: TrashLocal | TrashRemote) -> Notes:
        path = action.path
        if isinstance(action, TrashLocal):
            assert action.local is not None
            side, size = Side.LOCAL, action.local.size
            kept = await threaded(path, self.here.trash, path, action.local)
        else:
            assert action.remote is not None
            side, size = Side.REMOTE, action.remote.size
            kept = self._kept(path)
            await self.there.move(path, kept, expect=action.remote.etag)
        return (
            Forgotten(path),
            Version(kept, side, path, time.time(), size, "deleted"),
            event(action, f"trash {side}", size),
        )

    async def _move(self, action: MoveLocal | MoveRemote) -> Notes:
        path, to, local, remote = action.path, action.to, action.local, action.remote
        if isinstance(action, MoveLocal):
            assert local is not None
            now = await threaded(path, self.here.move, path, to, local)
            stamp = _stamp(now, action.arrived)
        else:
            assert remote is not None
            stamp = _stamp(action.arrived, state_of(await self.there.move(path, to, expect=remote.etag)))
        ctime = await threaded(to, self.here.ctime, to)
        return (Renamed(path, to, stamp, ctime), Event(time.time(), to, "move", "done", 0, f"was {path}"))

    async def _directory(self, action: MakeDirLocal | MakeDirRemote | RemoveDirLocal | RemoveDirRemote) -> Notes:
        path = action.path
        match action:
            case MakeDirLocal(remote=remote):
                assert remote is not None
                now = await threaded(path, self.here.make_directory, path)
                return (InSync(path, in_sync(now, remote, None)),)
            case MakeDirRemote(local=local):
                assert local is not None
                made = await self.there.mkdir(path)
                return (InSync(path, in_sync(local, state_of(made), None)),)
            case RemoveDirLocal():
                await threaded(path, self.here.remove_directory, path)
            case RemoveDirRemote():
                await self.there.rmdir(path)
        return (Forgotten(path),)

    def _kept(self, path: str) -> str:
        """Where the remote keeps what the path loses in this pass."""
        return f"{TRASH}/{self.here.stamp}/{path}"


def _stamp(local: LocalState | None, remote: RemoteState | None) -> BaseState | None:
    return in_sync(local, remote, None) if local and remote else None
