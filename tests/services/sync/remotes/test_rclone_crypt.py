"""Does an encrypted directory (rclone's crypt) keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from tests.services.sync.remotes.rcd import Rcd, obscured
from tests.services.sync.remotes.rclone_contract import RcloneContract
from tests.services.sync.remotes.two_writers import TwoWriters

pytestmark = pytest.mark.xdist_group("rclone_crypt")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    # obfuscated names: encrypted ones of 200 letters are longer than a file name here may be
    names = {"RCLONE_CONFIG_SAFE_FILENAME_ENCRYPTION": "obfuscate", "RCLONE_CONFIG_SAFE_TYPE": "crypt"}
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local", RCLONE_CONFIG_SAFE_PASSWORD=obscured("secret"), **names) as rcd:
        yield rcd


class TestRcloneCrypt(RcloneContract, TwoWriters):
    @pytest.fixture
    def place(self, rcd: Rcd) -> tuple[str, str]:
        return f"safe,remote='here:{rcd.data}'", "x"
