"""Does a directory keep every promise of a remote?"""

from pathlib import Path

import pytest

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.local import LocalRemote
from tests.contracts.remote_contract import RemoteContract


class TestLocal(RemoteContract):
    @pytest.fixture
    async def remote(self, tmp_path: Path) -> LocalRemote:
        remote = LocalRemote(str(tmp_path / "remote"))
        await remote.connect()
        return remote

    @pytest.fixture
    async def other(self, remote: LocalRemote, tmp_path: Path) -> LocalRemote:
        return LocalRemote(str(tmp_path / "remote"))


async def test_a_remote_whose_volume_is_away_is_not_there_at_the_connection_either(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"away/there is not there .mount the volume"):
        await LocalRemote(str(tmp_path / "away/there")).connect()
