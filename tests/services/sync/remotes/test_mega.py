"""Does a MEGA account keep every promise of a remote?"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.sync.remotes.mega.remote import MegaRemote
from tests.contracts.remote_contract import RemoteContract
from tests.services.sync.remotes.mega_account import Clients, two_clients


class TestMega(RemoteContract):
    @pytest.fixture
    async def clients(self, tmp_path: Path) -> AsyncIterator[Clients]:
        async with two_clients(tmp_path) as clients:
            yield clients

    @pytest.fixture
    def remote(self, clients: Clients) -> MegaRemote:
        return clients[0]

    @pytest.fixture
    def other(self, clients: Clients) -> MegaRemote:
        return clients[1]
