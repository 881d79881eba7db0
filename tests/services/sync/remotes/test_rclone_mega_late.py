"""Is what was just written to MEGA through rclone found again, however late MEGA's events come?

rclone shows a file that it has moved under its old name, or nowhere, until it has heard of its own rename.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.sync.remotes.errors import Corrupt
from services.sync.remotes.rclone import place
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import MegaServer, Stall
from tests.services.sync.remotes.rcd import Rcd, mega_settings

pytestmark = pytest.mark.xdist_group("rclone_mega_late")


@pytest.fixture(scope="module")
def server() -> Iterator[MegaServer]:
    with MegaServer() as server:
        server.add_account("me@example.org", "secret")
        yield server


@pytest.fixture(scope="module")
def rcd(server: MegaServer) -> Iterator[Rcd]:
    with Rcd(X_MEGA_API_URL=server.url, **mega_settings("m")) as rcd:
        yield rcd


@pytest.fixture
async def remote(rcd: Rcd, server: MegaServer) -> AsyncIterator[RcloneRemote]:
    """Connected, and from then on events come late and a rename takes long enough for those of its move to come."""
    remote = RcloneRemote("m", "top", rcd.socket)
    await remote.connect()
    server.fail("sc", Stall(0.7), times=None)
    server.fail("a", Stall(1.0), times=None)
    yield remote
    server.heal()
    await remote.close()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    file = tmp_path / "source"
    file.write_bytes(b"x" * 1000)
    return Source.of(str(file))


async def test_a_new_file_is_there_at_once_under_its_own_name(remote: RcloneRemote, source: Source) -> None:
    entry = await remote.upload(source, "d/new", expect=None)

    assert await remote.stat("d/new") == entry
    assert await remote.children("d") == [entry]


async def test_a_file_that_was_moved_is_looked_for_until_rclone_has_heard_of_it(
    remote: RcloneRemote, source: Source
) -> None:
    entry = await remote.upload(source, "from/old", expect=None)

    moved = await remote.move("from/old", "to/new", expect=entry.etag)

    assert moved == replace(entry, path="to/new")
    assert await remote.stat("from/old") is None


async def test_what_does_not_show_up_in_its_time_is_not_said_to_be_moved(
    remote: RcloneRemote, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "SHOWN_SECONDS", 0.0)
    entry = await remote.upload(source, "one/old", expect=None)

    with pytest.raises(Corrupt, match="is not there"):
        await remote.move("one/old", "two/new", expect=entry.etag)
