"""A folder, a remote and a journal to play with: the engine's parts put together without the daemon."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from helix.core.guards import Approval
from helix.parsing import DeleteLimit
from helix.settings import Folder
from services.sync.apply.executor import Tally
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle, Result, Wishes
from services.sync.journal.journal import Journal
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote
from services.sync.remotes.remote import Remote
from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

ROUNDS = 6
"""After so many rounds without outside changes both sides must be equal (rule I1)."""


def folder(local: Path, **changes: object) -> Folder:
    """Settings of a folder that trusts every file at once."""
    base = Folder(
        name="files",
        local=local,
        remote="memory:",
        mode="two-way",
        scan_seconds=300.0,
        settle_seconds=0.0,
        max_delete=DeleteLimit(0.5, 1000),
        trash_days=30.0,
    )
    return replace(base, **changes)


@dataclass
class World:
    """Everything that one folder's engine touches; `reborn` is what a new process finds."""

    base: Path
    remote: Remote
    settings: Folder

    def __post_init__(self) -> None:
        self.here = self.settings.local
        self.journal = Journal(str(self.base / "journal.db"))
        self.cycle = Cycle(self.settings, self.remote, self.journal, Throttle(), lambda: False)

    @classmethod
    async def make(cls, base: Path, remote: Remote | None = None, **changes: object) -> "World":
        """A new world with an empty folder."""
        here = base / "here"
        here.mkdir(parents=True, exist_ok=True)
        made = cls(base, remote or MemoryRemote(), folder(here, **changes))
        await made.remote.connect()
        made.journal.open()
        return made

    def reborn(self, **changes: object) -> "World":
        """The same disk and remote after a crash: only what was written is left."""
        self.journal.forget_pending()
        self.journal.close()
        remote = MemoryRemote(self.remote.store) if isinstance(self.remote, MemoryRemote) else self.remote
        world = World(self.base, remote, replace(self.settings, **changes))
        world.journal.open()
        return world

    async def once(
        self, *, approvals: tuple[Approval, ...] = (), keep_deleted: bool = False, writer: bool = True
    ) -> Result:
        """One pass."""
        wishes = Wishes(writer=writer, approvals=approvals, keep_deleted=keep_deleted)
        return await self.cycle.run(wishes, Tally())

    async def sync(self) -> Result:
        """Passes until nothing is left to do; fails if that never comes."""
        for _ in range(ROUNDS):
            result = await self.once()
            if result.look.trip or not (result.tally.done or result.tally.again or result.tally.failed):
                return result
        raise AssertionError(f"no rest after {ROUNDS} rounds: {result.look.plan.actions[:5]} {result.tally.failures}")

    def write(self, path: str, content: bytes | str) -> None:
        """Write a local file."""
        target = self.here / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def local(self) -> dict[str, bytes]:
        """All local files outside `.helix/`."""
        return files_in(self.here)

    async def there(self) -> dict[str, bytes]:
        """All files of the remote outside `.helix/`."""
        if isinstance(self.remote, MemoryRemote):
            return dict(self.remote.files())
        assert isinstance(self.remote, LocalRemote)
        return files_in(Path(self.remote.name.removeprefix("local:")))

    def kept(self) -> set[bytes]:
        """Every content that is reachable anywhere: paths, conflict copies, trash of both sides."""
        contents = set(files_in(self.here, own=True).values())
        if isinstance(self.remote, MemoryRemote):
            return contents | {n.content for n in self.remote.store.nodes.values() if n.content is not None}
        return contents | set(files_in(Path(self.remote.name.removeprefix("local:")), own=True).values())


def files_in(root: Path, *, own: bool = False) -> dict[str, bytes]:
    """All whole regular files below a directory: what is half written counts for nothing."""
    found: dict[str, bytes] = {}
    for directory, names, files in os.walk(root):
        if not own and Path(directory) == root and RESERVED in names:
            names.remove(RESERVED)
        for name in files:
            path = Path(directory) / name
            if not path.is_symlink() and not name.startswith(TEMPORARY_PREFIX):
                found[str(path.relative_to(root))] = path.read_bytes()
    return found


def text(tree: Mapping[str, bytes]) -> dict[str, str]:
    """The contents as text, for readable assertions."""
    return {path: content.decode() for path, content in tree.items()}
