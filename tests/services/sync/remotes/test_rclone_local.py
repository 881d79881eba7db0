"""Does a directory reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract
from tests.services.sync.remotes.two_writers import TwoWriters


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as rcd:
        yield rcd


class TestRcloneLocal(RcloneContract, TwoWriters):
    @pytest.fixture
    def place(self, rcd: Rcd) -> tuple[str, str]:
        return "here", str(rcd.data)
