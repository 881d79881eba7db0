"""What is the simplest remote that keeps every promise, and how is misfortune scripted on it?

`memory:` for tests and demonstrations. Every operation announces itself to `faults` before and after it takes effect,
so a test can raise, wait, or count at any call: `faults(operation, path, moment)`.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

from msgspec.structs import replace

from helix.core.trees import Kind, is_inside, parent_of, walk_key
from services.sync.fingerprints import digest_of
from services.sync.hints import Hint
from services.sync.remotes.errors import Changed, Gone, NotEmpty, Unreachable
from services.sync.remotes.remote import Entry, Features, Progress, Quota, no_events, no_progress
from services.sync.remotes.source import Source
from services.sync.reserved import RESERVED
from services.sync.walk import Witness

BATCH = 1000


class Moment(StrEnum):
    """When a fault strikes: before anything happened, or after all of it."""

    BEFORE = "before"
    AFTER = "after"


Faults = Callable[[str, str, Moment], None]


def no_faults(_operation: str, _path: str, _moment: Moment) -> None:
    """The weather of a good day."""


@dataclass(slots=True)
class Node:
    """What is at a path; a directory has no content."""

    etag: str
    content: bytes | None = None
    mtime_ns: int | None = None


@dataclass(slots=True)
class Store:
    """The tree itself; it outlives the remotes that are opened on it, as a server outlives its clients."""

    nodes: dict[str, Node] = field(default_factory=dict)
    serial: "count[int]" = field(default_factory=lambda: count(1))
    closed: set[str] = field(default_factory=set)
    """Directories whose content nobody may list."""


class MemoryRemote:
    """A tree in memory."""

    def __init__(self, store: Store | None = None, faults: Faults = no_faults) -> None:
        self.store = store if store is not None else Store()
        self.faults = faults

    @property
    def name(self) -> str:
        """The setting."""
        return "memory:"

    @property
    def features(self) -> Features:
        """Everything in one step."""
        return Features(keeps_mtime=True, conditional=True, cheap_digest=True)

    async def connect(self) -> None:
        """Nothing to open."""
        self.faults("connect", "", Moment.BEFORE)

    async def close(self) -> None:
        """Nothing to close."""

    async def listing(self, under: str = "", witness: Witness | None = None) -> AsyncIterator[list[Entry]]:
        """Sorted, in batches."""
        self.faults("listing", under, Moment.BEFORE)
        if self.store.closed and witness is None:
            raise Unreachable("a directory can't be read")
        for directory in self.store.closed:
            assert witness is not None
            witness.unreadable(directory, "the directory can't be read")
        prefix = under + "/" if under else ""
        paths = [path for path in self.store.nodes if path.startswith(prefix) and (under or not _is_ours(path))]
        paths = [path for path in paths if not any(is_inside(path, closed) for closed in self.store.closed)]
        paths.sort(key=walk_key)
        for start in range(0, len(paths), BATCH):
            yield [self._entry(path) for path in paths[start : start + BATCH] if path in self.store.nodes]
            self.faults("listing", under, Moment.AFTER)

    async def children(self, directory: str, witness: Witness | None = None) -> list[Entry]:
        """Those whose parent it is."""
        self.faults("children", directory, Moment.BEFORE)
        if directory in self.store.closed:
            if witness is None:
                raise Unreachable("a directory can't be read")
            witness.unreadable(directory, "the directory can't be read")
            return []
        paths = sorted(path for path in self.store.nodes if parent_of(path) == directory and path != RESERVED)
        return [self._entry(path) for path in paths]

    async def stat(self, path: str) -> Entry | None:
        """One look."""
        self.faults("stat", path, Moment.BEFORE)
        return self._entry(path) if path in self.store.nodes else None

    async def upload(
        self,
        source: Source,
        path: str,
        *,
        expect: str | None,
        keep: str | None = None,
        progress: Progress = no_progress,
    ) -> Entry:
        """Read, compare, replace."""
        self.faults("upload", path, Moment.BEFORE)
        self._expect(path, expect)
        with source.open() as content:
            data = content.read_at(0, source.size + 1)
            await progress(len(data))
            content.check()
        self._expect(path, expect)
        if keep is not None and expect is not None:
            self._parents(keep)
            self.store.nodes[keep] = self.store.nodes[path]
        self._parents(path)
        self.store.nodes[path] = Node(self._etag(), data, source.mtime_ns)
        self.faults("upload", path, Moment.AFTER)
        return replace(self._entry(path), digest=digest_of(data))

    async def download(self, path: str, target: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Write the bytes."""
        self.faults("download", path, Moment.BEFORE)
        data = self._content(path, expect)
        await asyncio.to_thread(_write, target, data)
        await progress(len(data))
        self.faults("download", path, Moment.AFTER)
        return digest_of(data)

    async def digest(self, path: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Hash the bytes."""
        self.faults("digest", path, Moment.BEFORE)
        data = self._content(path, expect)
        await progress(len(data))
        return digest_of(data)

    async def matches(self, source: Source, path: str, *, expect: str, progress: Progress = no_progress) -> bool:
        """Hash both."""
        return await self.digest(path, expect=expect, progress=progress) == source.digest()

    async def move(self, path: str, to: str, *, expect: str) -> Entry:
        """Rename the node, and all below it."""
        self.faults("move", path, Moment.BEFORE)
        self._expect(path, expect)
        self._expect(to, None)
        self._parents(to)
        nodes = self.store.nodes
        for old in [old for old in nodes if old == path or old.startswith(path + "/")]:
            nodes[to + old[len(path) :]] = nodes.pop(old)
        self.faults("move", path, Moment.AFTER)
        return self._entry(to)

    async def mkdir(self, path: str) -> Entry:
        """Make it and its parents."""
        self.faults("mkdir", path, Moment.BEFORE)
        self._parents(path + "/x")
        self.faults("mkdir", path, Moment.AFTER)
        return self._entry(path)

    async def rmdir(self, path: str) -> None:
        """Remove it if it is empty."""
        self.faults("rmdir", path, Moment.BEFORE)
        if any(other.startswith(path + "/") for other in self.store.nodes):
            raise NotEmpty(f"{path} still holds something on the remote")
        node = self.store.nodes.get(path)
        if node is not None and node.content is not None:
            raise Changed(f"{path} is a file on the remote")
        self.store.nodes.pop(path, None)
        self.faults("rmdir", path, Moment.AFTER)

    async def remove(self, path: str, *, expect: str) -> None:
        """Forget the node."""
        self.faults("remove", path, Moment.BEFORE)
        if path in self.store.nodes:
            self._expect(path, expect)
            del self.store.nodes[path]
        self.faults("remove", path, Moment.AFTER)

    async def quota(self) -> Quota:
        """As much as was stored."""
        self.faults("quota", "", Moment.BEFORE)
        return Quota(sum(len(node.content or b"") for node in self.store.nodes.values()), None)

    def events(self) -> AsyncIterator[Hint]:
        """No hints."""
        return no_events()

    def write(self, path: str, content: bytes, mtime_ns: int = 1_700_000_000_000_000_000) -> None:
        """Change a file as another client would."""
        self._parents(path)
        self.store.nodes[path] = Node(self._etag(), content, mtime_ns)

    def read(self, path: str) -> bytes | None:
        """A file's content as another client sees it; None if there is no file."""
        node = self.store.nodes.get(path)
        return node.content if node else None

    def files(self) -> dict[str, bytes]:
        """All files outside `.helix/`, as another client sees them."""
        return {
            path: node.content
            for path, node in self.store.nodes.items()
            if node.content is not None and not _is_ours(path)
        }

    def delete(self, path: str) -> None:
        """Delete a file or a tree as another client would."""
        for old in [old for old in self.store.nodes if old == path or old.startswith(path + "/")]:
            del self.store.nodes[old]

    def _entry(self, path: str) -> Entry:
        node = self.store.nodes[path]
        if node.content is None:
            return Entry(path, Kind.DIRECTORY, 0, None, "")
        return Entry(path, Kind.FILE, len(node.content), node.mtime_ns, node.etag)

    def _expect(self, path: str, expect: str | None) -> None:
        node = self.store.nodes.get(path)
        if expect is None and node is not None:
            raise Changed(f"{path} appeared on the remote")
        if expect is not None and node is None:
            raise Gone(f"{path} is gone from the remote")
        if node is not None and node.etag != expect:
            raise Changed(f"{path} changed on the remote")

    def _content(self, path: str, expect: str) -> bytes:
        self._expect(path, expect)
        content = self.store.nodes[path].content
        if content is None:
            raise Changed(f"{path} is a directory on the remote")
        return content

    def _parents(self, path: str) -> None:
        parent = os.path.dirname(path)
        if not parent:
            return
        self._parents(parent)
        node = self.store.nodes.setdefault(parent, Node(""))
        if node.content is not None:
            raise Changed(f"{parent} is a file on the remote")

    def _etag(self) -> str:
        return f"e{next(self.store.serial)}"


def _is_ours(path: str) -> bool:
    return path == RESERVED or path.startswith(RESERVED + "/")


def _write(target: str, content: bytes) -> None:
    with open(target, "xb") as file:
        file.write(content)
