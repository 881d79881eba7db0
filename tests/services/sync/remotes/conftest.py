"""What tests of the `mega:` remote share: the test server with one account, a remote on it, and a file to send."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Account, MegaServer
from tests.services.sync.remotes.mega_account import Clients, account_of, log_in_before, open_server, two_clients


@pytest.fixture
async def server() -> AsyncIterator[MegaServer]:
    """Whatever the test made fail, what was stored has to be right in the server's eyes."""
    async with open_server() as server:
        yield server
        server.heal()
        server.assert_clean()


@pytest.fixture
def me(server: MegaServer) -> Account:
    """The account, as its owner sees it in another client."""
    (account,) = server.world.accounts.values()
    return account


@pytest.fixture
async def remote(server: MegaServer, tmp_path: Path) -> AsyncIterator[MegaRemote]:
    log_in_before(server, tmp_path / "home")
    async with account_of(server, tmp_path / "home") as remote:
        yield remote


@pytest.fixture
async def clients(tmp_path: Path) -> AsyncIterator[Clients]:
    async with two_clients(tmp_path) as clients:
        yield clients


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "up").write_bytes(b"content")
    return Source.of(str(tmp_path / "up"))
