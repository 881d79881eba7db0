"""A folder, a remote and a journal to play with: the engine's parts put together without the daemon."""

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
from services.sync.remotes.memory import MemoryRemote
from services.sync.remotes.remote import Remote
from tests.services.sync.far import Far, far_of, files_in

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
    far: Far
    """The remote as its owner sees it."""

    def __post_init__(self) -> None:
        self.here = self.settings.local
        self.journal = Journal(str(self.base / "journal.db"))
        self.cycle = Cycle(self.settings, self.remote, self.journal, Throttle(), lambda: False)

    @classmethod
    async def make(cls, base: Path, remote: Remote | None = None, far: Far | None = None, **changes: object) -> "World":
        """A new world with an empty folder; `far` only for a remote that this process can't look into by itself."""
        here = base / "here"
        here.mkdir(parents=True, exist_ok=True)
        remote = remote or MemoryRemote()
        made = cls(base, remote, folder(here, **changes), far or far_of(remote))
        await made.remote.connect()
        made.journal.open()
        return made

    def reborn(self, remote: Remote | None = None, **changes: object) -> "World":
        """The same disk and remote after a crash: only what was written is left."""
        self.journal.forget_pending()
        self.journal.close()
        remote = remote or (MemoryRemote(self.remote.store) if isinstance(self.remote, MemoryRemote) else self.remote)
        world = World(self.base, remote, replace(self.settings, **changes), self.far)
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
        return self.far.files()

    def kept(self) -> set[bytes]:
        """Every content that is reachable anywhere: paths, conflict copies, trash of both sides."""
        return {*files_in(self.here, own=True).values(), *self.far.files(own=True).values()}


def text(tree: Mapping[str, bytes]) -> dict[str, str]:
    """The contents as text, for readable assertions."""
    return {path: content.decode() for path, content in tree.items()}
