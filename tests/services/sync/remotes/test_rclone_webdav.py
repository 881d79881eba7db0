"""Does a WebDAV server reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract
from tests.services.sync.remotes.two_writers import TwoWriters


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_DAV_TYPE="webdav", RCLONE_CONFIG_DAV_VENDOR="rclone") as rcd:
        yield rcd


@pytest.fixture(scope="module")
def place(rcd: Rcd) -> tuple[str, str]:
    return f"dav,url='http://{rcd.serve('webdav')}'", "x"


class TestRcloneWebdav(RcloneContract, TwoWriters):
    pass
