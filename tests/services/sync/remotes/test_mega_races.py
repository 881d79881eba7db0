"""Is the tree still true when the account is listed anew while changes of ours are under way?"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.sync.remotes.errors import RunFailed
from services.sync.remotes.mega.account import Account
from services.sync.remotes.source import Source
from tests.emulators.mega import Drop, MegaServer
from tests.services.sync.remotes.mega_account import account_of, open_server

A_MOMENT = 1.0


@pytest.fixture
async def server() -> AsyncIterator[MegaServer]:
    async with open_server() as server:
        yield server
        server.assert_clean()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "up").write_bytes(b"content")
    return Source.of(str(tmp_path / "up"))


async def test_a_file_stored_while_the_account_is_listed_anew_stays_known(
    server: MegaServer, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads: list[asyncio.Task[Any]] = []
    lacks_files = Account._lacks_files

    async def upload_in_between(*args: Any) -> bool:
        answer = await lacks_files(*args)
        # as soon as MEGA has listed and counted, somebody else stores a file
        uploads.append(asyncio.create_task(remote.upload(source, "d/file", expect=None)))
        await asyncio.wait(uploads, timeout=A_MOMENT)
        return answer

    async with account_of(server, tmp_path / "home") as remote:
        await remote.mkdir("d")
        monkeypatch.setattr(Account, "_lacks_files", upload_in_between)

        await remote._linked.account.reload()
        await asyncio.gather(*uploads)

        assert [entry.path async for batch in remote.listing() for entry in batch] == ["d", "d/file"]


async def test_a_change_that_was_given_up_is_seen_when_mega_carries_it_out_later(
    server: MegaServer, source: Source, tmp_path: Path
) -> None:
    async with account_of(server, tmp_path / "one") as remote, account_of(server, tmp_path / "two") as late:
        late._linked.account.tag = remote._linked.account.tag
        server.fail("p", Drop(), times=None)
        with pytest.raises(RunFailed):
            await remote.upload(source, "file", expect=None)
        server.heal()

        await late.upload(source, "file", expect=None)

        assert await remote.stat("file") is not None
