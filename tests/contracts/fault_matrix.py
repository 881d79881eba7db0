"""What when two act at once, when a transfer is broken off, when the source moves: the fault matrix of every remote."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from helix.core.trees import Kind
from services.sync.remotes.errors import Changed, SourceChanged
from services.sync.remotes.remote import Entry, Remote
from services.sync.remotes.source import Source


def digest_of(content: bytes) -> str:
    return f"blake3:{blake3(content).hexdigest()}"


class FaultMatrix:
    """Races and broken transfers, one test each; and the tools that all tests of a remote share."""

    @pytest.fixture
    def put(self, tmp_path: Path, remote: Remote) -> Callable[..., Coroutine[Any, Any, Entry]]:
        """Upload bytes."""

        async def put(
            path: str, content: bytes, *, expect: str | None = None, keep: str | None = None, by: Remote = remote
        ) -> Entry:
            file = tmp_path / "source"
            file.write_bytes(content)
            return await by.upload(Source.of(str(file)), path, expect=expect, keep=keep)

        return put

    @pytest.fixture
    def get(self, tmp_path: Path, remote: Remote) -> Callable[..., Coroutine[Any, Any, bytes]]:
        """Download bytes, checking the digest."""

        async def get(path: str, etag: str | None = None) -> bytes:
            if etag is None:
                entry = await remote.stat(path)
                assert entry is not None
                etag = entry.etag
            target = tmp_path / "target"
            target.unlink(missing_ok=True)
            digest = await remote.download(path, str(target), expect=etag)
            content = target.read_bytes()
            assert digest == digest_of(content)
            return content

        return get

    async def everything(self, remote: Remote, under: str = "") -> list[Entry]:
        return [entry async for batch in remote.listing(under) for entry in batch]

    async def test_two_clients_that_make_one_path_at_once_end_with_one_whole_file(
        self, tmp_path: Path, get, remote: Remote, other: Remote
    ) -> None:
        sources = []
        for number, _ in enumerate((remote, other)):
            file = tmp_path / f"racer{number}"
            file.write_bytes(b"%d" % number * 1000)
            sources.append(Source.of(str(file)))

        results = await asyncio.gather(
            *(one.upload(source, "race", expect=None) for one, source in zip((remote, other), sources, strict=True)),
            return_exceptions=True,
        )

        won = [index for index, result in enumerate(results) if isinstance(result, Entry)]
        lost = [type(result) for result in results if not isinstance(result, Entry)]
        # a remote that can't look and act in one step may let both through: the later one then stands
        assert lost == [Changed] or (lost == [] and not remote.features.conditional)
        assert await get("race") in [b"%d" % index * 1000 for index in won]
        assert len(await self.everything(remote)) == 1

    async def test_many_transfers_at_once_don_t_mix(self, tmp_path: Path, get, remote: Remote) -> None:
        contents = {f"d{n % 3}/{n}": bytes([n]) * (1 + n * 997) for n in range(24)}
        sources = {}
        for path, content in contents.items():
            file = tmp_path / path.replace("/", "-")
            file.write_bytes(content)
            sources[path] = Source.of(str(file))

        await asyncio.gather(*(remote.upload(source, path, expect=None) for path, source in sources.items()))

        listed = [entry for entry in await self.everything(remote) if entry.kind is Kind.FILE]
        assert {entry.path: entry.size for entry in listed} == {p: len(c) for p, c in contents.items()}
        assert await get("d2/23") == contents["d2/23"]

    async def test_a_cancelled_upload_leaves_the_old_content_and_nothing_half_written(
        self, put, get, tmp_path: Path, remote: Remote
    ) -> None:
        old = await put("file", b"old")
        file = tmp_path / "big"
        file.write_bytes(b"n" * 9_000_000)
        started = asyncio.Event()

        async def hold(_moved: int) -> None:
            started.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(remote.upload(Source.of(str(file)), "file", expect=old.etag, progress=hold))
        await started.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

        assert [entry.path for entry in await self.everything(remote)] == ["file"]
        assert await get("file") in (b"old", b"n" * 9_000_000)

    async def test_a_source_that_changes_while_it_is_read_is_refused(self, tmp_path: Path, remote: Remote) -> None:
        file = tmp_path / "big"
        file.write_bytes(b"1" * 9_000_000)

        async def edit(_moved: int) -> None:
            with file.open("ab") as again:
                again.write(b"more")

        with pytest.raises(SourceChanged):
            await remote.upload(Source.of(str(file)), "file", expect=None, progress=edit)

        assert await self.everything(remote) == []
