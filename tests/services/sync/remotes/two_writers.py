"""What do two clients of one remote lose when both write the same paths at the same moment, without a lease?

Each test lets both want many paths at once. What a client was told to be stored has to be somewhere afterwards, and so
has everything that stood there before.
"""

import asyncio
import contextlib
from pathlib import Path

from services.sync.remotes.errors import ItemFailed
from services.sync.remotes.remote import Entry, Remote
from services.sync.remotes.source import Source

PATHS = 6


def written(folder: Path, content: str) -> Source:
    """A local file whose content is its name."""
    file = folder / content
    file.write_text(content)
    return Source.of(str(file))


async def contents(remote: Remote, folder: Path) -> list[str]:
    """Every content on the remote, the trash included."""
    found = []
    for under in ("", ".helix/trash"):
        for entry in [entry async for batch in remote.listing(under) for entry in batch if entry.etag]:
            target = folder / "back"
            target.unlink(missing_ok=True)
            await remote.download(entry.path, str(target), expect=entry.etag)
            found.append(target.read_text())
    return found


class TwoMakers:
    """Two real clients that race for new files."""

    async def test_two_clients_that_make_the_same_paths_at_once_lose_nothing(
        self, tmp_path: Path, remote: Remote, other: Remote
    ) -> None:
        async def make(client: Remote, name: str, number: int) -> str | None:
            source = written(tmp_path, f"{name}{number}")
            with contextlib.suppress(ItemFailed):
                await client.upload(source, f"d/{number}", expect=None)
                return f"{name}{number}"
            return None

        told = await asyncio.gather(
            *(make(client, name, n) for n in range(PATHS) for client, name in ((remote, "A"), (other, "B")))
        )

        stored = [content for content in told if content]
        assert sorted(stored) == sorted(await contents(remote, tmp_path))
        assert len(stored) == PATHS, "of two that want a path exactly one gets it"


class TwoWriters(TwoMakers):
    """And for files that are there, or are renamed."""

    async def test_two_clients_that_replace_the_same_paths_at_once_lose_nothing(
        self, tmp_path: Path, remote: Remote, other: Remote
    ) -> None:
        before = [await remote.upload(written(tmp_path, f"old{n}"), f"d/{n}", expect=None) for n in range(PATHS)]

        async def replace(client: Remote, name: str, number: int) -> str | None:
            source = written(tmp_path, f"{name}{number}")
            keep = f".helix/trash/{name}/{number}"
            with contextlib.suppress(ItemFailed):
                await client.upload(source, f"d/{number}", expect=before[number].etag, keep=keep)
                return f"{name}{number}"
            return None

        told = await asyncio.gather(
            *(replace(client, name, n) for n in range(PATHS) for client, name in ((remote, "A"), (other, "B")))
        )

        stored = {content for content in told if content} | {f"old{n}" for n in range(PATHS)}
        assert stored <= set(await contents(remote, tmp_path))
        assert len(stored) == 2 * PATHS, "of two that replace a path exactly one gets it"

    async def test_a_rename_and_a_new_file_that_meet_at_one_path_lose_nothing(
        self, tmp_path: Path, remote: Remote, other: Remote
    ) -> None:
        before = [await remote.upload(written(tmp_path, f"old{n}"), f"from/{n}", expect=None) for n in range(PATHS)]

        async def make(number: int) -> str | None:
            with contextlib.suppress(ItemFailed):
                await remote.upload(written(tmp_path, f"new{number}"), f"d/{number}", expect=None)
                return f"new{number}"
            return None

        async def rename(entry: Entry, number: int) -> None:
            with contextlib.suppress(ItemFailed):
                await other.move(entry.path, f"d/{number}", expect=entry.etag)

        told = await asyncio.gather(
            *(make(n) for n in range(PATHS)), *(rename(entry, n) for n, entry in enumerate(before))
        )

        stored = {content for content in told if content} | {f"old{n}" for n in range(PATHS)}
        assert stored <= set(await contents(remote, tmp_path))
