"""Does a MEGA account keep every promise of a remote?"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.sync.remotes.mega.remote import MegaRemote
from tests.contracts.remote_contract import RemoteContract
from tests.emulators.mega import MegaServer
from tests.services.sync.remotes.mega_account import account_of, open_server


class TestMega(RemoteContract):
    @pytest.fixture
    async def server(self) -> AsyncIterator[MegaServer]:
        async with open_server() as server:
            yield server
            server.assert_clean()

    @pytest.fixture
    async def remote(self, server: MegaServer, tmp_path: Path) -> AsyncIterator[MegaRemote]:
        async with account_of(server, tmp_path / "one") as remote:
            yield remote

    @pytest.fixture
    async def other(self, server: MegaServer, tmp_path: Path) -> AsyncIterator[MegaRemote]:
        async with account_of(server, tmp_path / "two") as remote:
            yield remote
