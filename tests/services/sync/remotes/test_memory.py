"""Does the remote in memory keep every promise of a remote?"""

import pytest

from services.sync.remotes.memory import MemoryRemote
from tests.contracts.remote_contract import RemoteContract


class TestMemory(RemoteContract):
    @pytest.fixture
    def remote(self) -> MemoryRemote:
        return MemoryRemote()

    @pytest.fixture
    def other(self, remote: MemoryRemote) -> MemoryRemote:
        return MemoryRemote(remote.store)
