"""Does a MEGA account keep every promise of a remote?"""

import pytest

from services.sync.remotes.mega.remote import MegaRemote
from tests.contracts.remote_contract import RemoteContract
from tests.services.sync.remotes.mega_account import Clients


class TestMega(RemoteContract):
    @pytest.fixture
    def remote(self, clients: Clients) -> MegaRemote:
        return clients[0]

    @pytest.fixture
    def other(self, clients: Clients) -> MegaRemote:
        return clients[1]
