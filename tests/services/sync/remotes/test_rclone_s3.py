"""Does an S3 server reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from tests.services.sync.remotes import s3
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract
from tests.services.sync.remotes.two_writers import TwoWriters


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(**s3.SETTINGS) as rcd:
        yield rcd


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, str]]:
    yield from s3.serve()


class TestRcloneS3(RcloneContract, TwoWriters):
    pass
