"""With read-back on, does a content that MEGA stored wrongly stay out of its place, and is it reported?"""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.sync.remotes.errors import Corrupt
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from services.sync.reserved import TEMPORARY_PREFIX
from tests.emulators.mega import Account, MegaServer, Tamper
from tests.services.sync.remotes.mega_account import FOLDER, make
from tests.services.sync.remotes.mega_far import MegaFar
from tests.services.sync.world import World

SIZES = (0, 1000, 400_000)
DAYS = 2 * 86_400


@pytest.fixture
def far(me: Account) -> MegaFar:
    return MegaFar(me, FOLDER)


@pytest.fixture
async def remote(server: MegaServer, tmp_path: Path) -> AsyncIterator[MegaRemote]:
    remote = make(server, tmp_path / "home", read_back=True)
    await remote.connect()
    yield remote
    await remote.close()


def write(path: Path, content: bytes) -> Source:
    path.write_bytes(content)
    return Source.of(str(path))


@pytest.mark.parametrize("size", SIZES)
async def test_a_good_upload_is_fetched_once_and_leaves_nothing_behind(
    server: MegaServer, far: MegaFar, remote: MegaRemote, tmp_path: Path, size: int
) -> None:
    old = await remote.upload(write(tmp_path / "up", b"old"), "d/file", expect=None)
    fetched = sum(request.size for request in server.record.requests if request.endpoint == "download")

    await remote.upload(write(tmp_path / "up", bytes(size)), "d/file", expect=old.etag, keep=".helix/trash/t/file")

    assert far.files(own=True) == {"d/file": bytes(size), ".helix/trash/t/file": b"old"}
    assert sum(request.size for request in server.record.requests if request.endpoint == "download") - fetched == size


async def test_a_spoilt_upload_leaves_the_old_content_where_it_is(
    server: MegaServer, far: MegaFar, remote: MegaRemote, tmp_path: Path
) -> None:
    old = await remote.upload(write(tmp_path / "up", b"old"), "file", expect=None)
    server.fail("download", Tamper(5), times=None)

    with pytest.raises(Corrupt):
        await remote.upload(write(tmp_path / "up", b"x" * 1000), "file", expect=old.etag, keep=".helix/trash/t/file")
    with pytest.raises(Corrupt):
        await remote.upload(Source.of(str(tmp_path / "up")), "fresh", expect=None)

    assert far.files(own=True) == {"file": b"old"}
    assert await remote.stat("file") == replace(old, digest=None)


async def test_a_mismatch_is_reported_by_the_pass_and_mended_by_the_next(
    server: MegaServer, far: MegaFar, remote: MegaRemote, tmp_path: Path
) -> None:
    world = await World.make(tmp_path, remote, far)
    world.write("good", "fine")
    await world.sync()
    world.write("file", "x" * 1000)
    server.fail("download", Tamper(5), times=None)

    failed = await world.once()
    server.heal()
    await world.sync()

    assert isinstance(failed.tally.failures["file"], Corrupt)
    assert world.local() == far.files() == {"good": b"fine", "file": b"x" * 1000}
    world.journal.close()


async def test_without_the_setting_nothing_is_fetched(server: MegaServer, tmp_path: Path) -> None:
    remote = make(server, tmp_path / "plain")
    await remote.connect()

    await remote.upload(write(tmp_path / "up", b"content"), "file", expect=None)

    assert server.record.calls("download") == server.record.calls("g") == 0
    await remote.close()


async def test_what_a_killed_process_left_is_removed_when_it_is_old(
    server: MegaServer, me: Account, far: MegaFar, tmp_path: Path
) -> None:
    for name, age in (("old", DAYS), ("new", 0)):
        handle = me.put(f"{FOLDER}/.helix/{TEMPORARY_PREFIX}{name}", b"x")
        me.tree.nodes[handle].created = int(time.time()) - age
    remote = make(server, tmp_path / "home", read_back=True)

    await remote.connect()

    assert list(far.files(own=True)) == [f".helix/{TEMPORARY_PREFIX}new"]
    assert [batch async for batch in remote.listing(".helix")] == []
    await remote.close()
