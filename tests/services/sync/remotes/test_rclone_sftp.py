"""Does an SFTP server reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from tests.services.sync.remotes.rcd import Rcd, obscured
from tests.services.sync.remotes.rclone_contract import RcloneContract
from tests.services.sync.remotes.two_writers import TwoWriters

pytestmark = pytest.mark.xdist_group("rclone_sftp")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_SSH_TYPE="sftp", RCLONE_CONFIG_SSH_USER="me", RCLONE_CONFIG_SSH_PASS=obscured("pw")) as rcd:
        yield rcd


@pytest.fixture(scope="module")
def place(rcd: Rcd) -> tuple[str, str]:
    host, _, port = rcd.serve("sftp", user="me", **{"pass": "pw"}).rpartition(":")
    return f"ssh,host={host},port={port}", "x"


class TestRcloneSftp(RcloneContract, TwoWriters):
    pass
