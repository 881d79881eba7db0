"""How are many small actions done together, where both sides are disks of this machine?

In one thread, in steps (services/sync/steps.py): all look and write, one flush makes the contents durable, all are put
in place, one flush makes the names durable, and only then is anything remembered. Each action is held to the same
conditions as alone (acts.py), and fails alone.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from helix.core.actions import Action, Adopt, Compare, Download, MakeDirLocal, MakeDirRemote, Upload, cost, settled
from helix.core.trees import LocalState, RemoteState, in_sync
from helix.errors import HelixError
from services.sync.apply.local_side import LocalSide, compare, translated
from services.sync.apply.notes import Notes, downloaded, state_of, uploaded
from services.sync.apply.throttle import Throttle
from services.sync.gather import directory_state, file_state
from services.sync.journal.notes import InSync
from services.sync.open_tree import OpenTree
from services.sync.remotes.remote import DiskSteps
from services.sync.remotes.source import CHUNK_BYTES, digest_of
from services.sync.steps import Steps, run_together

SMALL_BYTES = 1 << 20
"""Above this a file's bytes cost more than its name."""
MANY = 1024
"""So many actions share their flushes."""
SIDE_BY_SIDE = 2
"""While one batch waits for its flush another one writes; more would only wait for each other."""

Outcome = Notes | Action | HelixError
"""What an action ended in: its notes, an action that shall be done instead, or its failure."""


class Abandoned(Exception):
    """Nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class SmallActs:
    """The two sides during one pass."""

    here: LocalSide
    there: DiskSteps
    throttle: Throttle
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SIDE_BY_SIDE))

    def batches(self, wave: Iterable[Action]) -> Iterator[list[Action]]:
        """The actions of a wave, in which any order will do: small ones many at once, each other one alone."""
        batch: list[Action] = []
        room = 0
        for action in wave:
            if not is_small(action):
                yield [action]
                continue
            if batch and (len(batch) == MANY or cost(action) > room):
                yield batch
                batch = []
            room = (room if batch else self._room()) - cost(action)
            batch.append(action)
        if batch:
            yield batch

    async def perform(self, actions: Sequence[Action], fence: Callable[[], None]) -> list[Outcome]:
        """Do small actions; gives what each ended in. Raises what the fence raises: then nothing may be remembered."""
        abandoned = threading.Event()

        def proceed() -> None:
            if abandoned.is_set():
                raise Abandoned
            fence()

        try:
            async with self.turns:
                outcomes = await asyncio.to_thread(self._together, actions, proceed)
        finally:
            abandoned.set()
        done = [action for action, outcome in zip(actions, outcomes, strict=True) if isinstance(outcome, tuple)]
        await self.throttle.up(sum(cost(action) for action in done if isinstance(action, Upload)))
        await self.throttle.down(sum(cost(action) for action in done if isinstance(action, Download)))
        return outcomes

    def _room(self) -> int:
        """How many bytes one batch may move: with a limit, what it lets through in a second."""
        return min([CHUNK_BYTES, *(limit for limit in self.throttle.limits.values() if limit)])

    def _together(self, actions: Sequence[Action], proceed: Callable[[], None]) -> list[Outcome]:
        with translated("the local folder"):
            here = OpenTree(self.here.root, count=len(actions))
        with closing(here), closing(self.there.open(len(actions))) as there:
            return run_together([self._steps(action, here, there) for action in actions], proceed)

    def _steps(self, action: Action, here: OpenTree, there: OpenTree) -> Steps[Notes | Action]:
        match action:
            case Upload(local=LocalState() as local):
                return self._upload(action, local, here, there)
            case Download(remote=RemoteState() as remote):
                return self._download(action, remote, here, there)
            case Compare(local=LocalState() as local, remote=RemoteState() as remote):
                return self._compare(action, local, remote, here, there)
            case MakeDirLocal(remote=RemoteState() as remote):
                return _make_local(action.path, remote, here)
            case MakeDirRemote(local=LocalState() as local):
                return self._make_remote(action.path, local, there)
            case _:
                raise ValueError(f"not small: {action}")

    def _upload(self, action: Upload, local: LocalState, here: OpenTree, there: OpenTree) -> Steps[Notes]:
        content, seen = _ours(action.path, local, here)
        entry = yield from self.there.store(there, action.path, content, local.mtime_ns)
        return uploaded(action, file_state(seen), entry, digest_of(content), seen.st_ctime_ns)

    def _download(self, action: Download, remote: RemoteState, here: OpenTree, there: OpenTree) -> Steps[Notes]:
        path = action.path
        with translated(path):
            compare(path, here.look(path), None)
        content = self.there.read(there, path, remote.size, remote.etag)
        with translated(path):
            temporary = here.write(path, content, remote.mtime_ns)
            yield here
            seen = here.put(temporary, path)
            yield here
        return downloaded(action, file_state(seen), remote, digest_of(content), seen.st_ctime_ns)

    def _compare(
        self, action: Compare, local: LocalState, remote: RemoteState, here: OpenTree, there: OpenTree
    ) -> Steps[Notes | Action]:
        yield from ()  # reading needs no flush
        content, seen = _ours(action.path, local, here)
        digest = digest_of(content)
        decided = settled(action, digest, digest_of(self.there.read(there, action.path, remote.size, remote.etag)))
        if isinstance(decided, Adopt):
            return (InSync(action.path, in_sync(file_state(seen), remote, digest), seen.st_ctime_ns),)
        return decided

    def _make_remote(self, path: str, local: LocalState, there: OpenTree) -> Steps[Notes]:
        entry = yield from self.there.make_directory(there, path)
        return (InSync(path, in_sync(local, state_of(entry), None)),)


def _ours(path: str, local: LocalState, here: OpenTree) -> tuple[bytes, os.stat_result]:
    """The content of a local file, which must be as planned."""
    with translated(path):
        content, seen = here.read(path, local.size)
    compare(path, seen, local)
    return content, seen


def _make_local(path: str, remote: RemoteState, here: OpenTree) -> Steps[Notes]:
    with translated(path):
        seen = here.make_directory(path)
        yield here
    return (InSync(path, in_sync(directory_state(seen), remote, None)),)


def is_small(action: Action) -> bool:
    """Whether an action is done together with others: it makes something new, or only reads, and moves few bytes."""
    match action:
        case Upload(local=LocalState(size=size), remote=None) | Download(local=None, remote=RemoteState(size=size)):
            return size <= SMALL_BYTES
        case Compare(local=LocalState(size=size), remote=RemoteState(size=other)):
            return max(size, other) <= SMALL_BYTES
        case MakeDirLocal(remote=RemoteState()) | MakeDirRemote(local=LocalState()):
            return True
        case _:
            return False
