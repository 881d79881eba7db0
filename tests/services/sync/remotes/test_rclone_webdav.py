"""Does a WebDAV server reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.sync.remotes.errors import Changed
from services.sync.remotes.rclone.remote import RcloneRemote
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract
from tests.services.sync.remotes.two_writers import TwoWriters, contents, written

pytestmark = pytest.mark.xdist_group("rclone_webdav")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_DAV_TYPE="webdav", RCLONE_CONFIG_DAV_VENDOR="rclone") as rcd:
        yield rcd


@pytest.fixture(scope="module")
def place(rcd: Rcd) -> tuple[str, str]:
    return f"dav,url='http://{rcd.serve('webdav')}'", "x"


class TestRcloneWebdav(RcloneContract, TwoWriters):
    pass


async def test_where_the_server_takes_two_names_for_one_neither_file_overwrites_the_other(
    rcd: Rcd, tmp_path: Path
) -> None:
    server = rcd.serve("webdav", folder="any-case", vfs_case_insensitive=True)
    remote = RcloneRemote(f"dav,url='http://{server}'", "x", rcd.socket)
    await remote.connect()
    lower = await remote.upload(written(tmp_path, "lower"), "name", expect=None)

    with pytest.raises(Changed):
        await remote.upload(written(tmp_path, "UPPER"), "NAME", expect=None)

    assert await remote.stat("name") == lower
    assert await contents(remote, tmp_path) == ["lower"]
    await remote.close()
