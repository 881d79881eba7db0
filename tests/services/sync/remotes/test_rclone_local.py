"""Does a directory reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from services.sync.remotes.rclone import store
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract, RcloneRemotes
from tests.services.sync.remotes.two_writers import TwoMakers, TwoWriters

pytestmark = pytest.mark.xdist_group("rclone_local")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as rcd:
        yield rcd


class TestRcloneLocal(RcloneContract, TwoWriters):
    @pytest.fixture
    def place(self, rcd: Rcd) -> tuple[str, str]:
        return "here", str(rcd.data)


class TestLargeFilesOnRcloneLocal(RcloneRemotes, TwoMakers):
    """Two makers of files that are too large to share requests."""

    @pytest.fixture(autouse=True)
    def none_is_small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "SMALL", -1)

    @pytest.fixture
    def place(self, rcd: Rcd) -> tuple[str, str]:
        return "here", str(rcd.data)
