"""Does MEGA reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from tests.emulators.mega import MegaServer
from tests.services.sync.remotes.rcd import Rcd, mega_settings
from tests.services.sync.remotes.rclone_contract import RcloneContract

pytestmark = pytest.mark.xdist_group("rclone_mega")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with MegaServer() as server:
        server.add_account("me@example.org", "secret")
        with Rcd(X_MEGA_API_URL=server.url, **mega_settings("m")) as rcd:
            yield rcd


class TestRcloneMega(RcloneContract):
    @pytest.fixture
    def place(self) -> tuple[str, str]:
        return "m", "top"

    @pytest.fixture
    def other_socket(self, rcd: Rcd) -> str:
        """One rclone for both: it keeps MEGA's tree to itself and hears of another's changes late."""
        return rcd.socket
