"""Does an S3 server reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest

from services.sync.remotes.rclone import store
from tests.services.sync.remotes import s3
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract, RcloneRemotes
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


class TestLargeFilesOnRcloneS3(RcloneRemotes, TwoWriters):
    """Two writers of files that are too large to share requests."""

    @pytest.fixture(autouse=True)
    def none_is_small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "SMALL", -1)
