"""Does an S3 server reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.sync.remotes.errors import Changed
from services.sync.remotes.rclone import small, store
from services.sync.remotes.rclone.remote import RcloneRemote
from tests.services.sync.remotes import s3
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract, RcloneRemotes
from tests.services.sync.remotes.two_writers import TwoMakers, TwoWriters, written

pytestmark = pytest.mark.xdist_group("rclone_s3")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(**s3.SETTINGS) as rcd:
        yield rcd


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, str]]:
    yield from s3.serve()


class TestRcloneS3(RcloneContract, TwoWriters):
    pass


class TestLargeFilesOnRcloneS3(RcloneRemotes, TwoMakers):
    """Two makers of files that are too large to share requests."""

    @pytest.fixture(autouse=True)
    def none_is_small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "SMALL", -1)


KEYS = 2_500
"""A server gives at most 1,000 keys a page."""


async def test_a_directory_of_more_files_than_fit_a_page_is_listed_whole(rcd: Rcd, place: tuple[str, str]) -> None:
    remote = RcloneRemote(place[0], f"{place[1]}/many", rcd.socket)
    await remote.connect()
    owner = s3.BucketFar("many/")
    for number in range(KEYS):
        owner.write(f"d/{number:05}", b"%d" % number)

    listed = [entry async for batch in remote.listing() for entry in batch]

    assert [entry.path for entry in listed] == ["d", *(f"d/{number:05}" for number in range(KEYS))]
    assert [entry.size for entry in listed[1:]] == [len(str(number)) for number in range(KEYS)]
    await remote.close()


async def test_beside_more_files_than_are_listed_again_a_new_one_is_stored_and_an_old_one_left_alone(
    rcd: Rcd, place: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small, "SHORT", 1)
    remote = RcloneRemote(place[0], f"{place[1]}/full", rcd.socket)
    await remote.connect()
    owner = s3.BucketFar("full/")
    owner.write("d/theirs", b"theirs")

    entry = await remote.upload(written(tmp_path, "mine"), "d/mine", expect=None)
    with pytest.raises(Changed):
        await remote.upload(written(tmp_path, "other"), "d/theirs", expect=None)

    assert await remote.stat("d/mine") == entry
    assert owner.files() == {"d/theirs": b"theirs", "d/mine": b"mine"}
    await remote.close()
