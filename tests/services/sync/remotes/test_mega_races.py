"""Is the tree still true when the account is listed anew while changes of ours are under way?"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.sync.remotes.errors import Changed, RunFailed
from services.sync.remotes.mega.account import Account
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Account as Owner
from tests.emulators.mega import Drop, MegaServer, Raw
from tests.services.sync.remotes.mega_account import FOLDER, account_of

A_MOMENT = 1.0


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


@pytest.fixture
async def overtaken(
    server: MegaServer, me: Owner, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MegaRemote]:
    """A remote that loses the answer to its next upload, before which somebody else stores a file of that name."""
    change = Account.change

    async def after_somebody_else(account: Account, command: dict[str, Any], what: str) -> Any:
        if command["a"] == "p":
            handle = me.put(f"{FOLDER}/file", b"theirs")
            # the clock of MEGA's servers is no witness
            me.tree.nodes[handle].created += 60
        return await change(account, command, what)

    async with account_of(server, tmp_path / "home") as remote:
        monkeypatch.setattr(Account, "change", after_somebody_else)
        server.fail("p", Raw(500), after=True, times=None)
        yield remote


async def test_who_has_lost_the_answer_and_finds_another_file_of_that_name_steps_back(
    me: Owner, source: Source, overtaken: MegaRemote
) -> None:
    with pytest.raises(Changed):
        await overtaken.upload(source, "file", expect=None)

    assert me.files() == {f"{FOLDER}/file": b"theirs"}


async def test_who_can_not_step_back_at_once_does_it_at_the_next_connect(
    server: MegaServer, me: Owner, source: Source, overtaken: MegaRemote
) -> None:
    server.fail("d", Raw(500), times=None)
    with pytest.raises(RunFailed):
        await overtaken.upload(source, "file", expect=None)
    server.heal()

    await overtaken.connect()

    assert me.files() == {f"{FOLDER}/file": b"theirs"}
