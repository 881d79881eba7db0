"""Do contents and names reach MEGA and come back, at every awkward size, and is nothing ever missing or double?"""

import asyncio
import itertools
import os
import random
from pathlib import Path

import pytest

from services.sync.hints import EVERYWHERE, directories
from services.sync.remotes.errors import Changed, SourceChanged, Unreachable
from services.sync.remotes.mega.chunks import chunks, segments
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Account, MegaServer, Stall
from tests.services.sync.remotes.mega_account import FOLDER, account_of
from tests.services.sync.running import eventually

STEPS = (-16, -8, -1, 0, 1, 8, 16, 17)
SIZES = sorted({0, *(end + step for _, end in chunks(5 << 20) for step in STEPS)})


def write(path: Path, content: bytes) -> Source:
    path.write_bytes(content)
    return Source.of(str(path))


async def test_every_size_around_a_chunk_boundary_comes_back(
    server: MegaServer, remote: MegaRemote, tmp_path: Path
) -> None:
    content = random.Random(7).randbytes(SIZES[-1])
    wrong = []
    for size in SIZES:
        entry = await remote.upload(write(tmp_path / "up", content[:size]), str(size), expect=None)
        await remote.download(str(size), str(tmp_path / "down"), expect=entry.etag)
        wrong += [size] * ((tmp_path / "down").read_bytes() != content[:size])
        (tmp_path / "down").unlink()

    assert wrong == []
    assert len(SIZES) > 60
    server.assert_clean()


@pytest.mark.parametrize("size", [0, 1, 131_072, 131_073, 4_718_592, 4_718_593, 30_000_001])
def test_segments_cover_a_file_exactly_in_whole_chunks(size: int) -> None:
    found = segments(size)

    assert [chunk for one in found for chunk in one.chunks] == list(chunks(size))
    assert found[0].start == 0
    assert found[-1].end == size
    assert all(one.end == other.start for one, other in itertools.pairwise(found))


async def test_a_file_of_many_pieces_survives_pieces_in_any_order(
    server: MegaServer, remote: MegaRemote, tmp_path: Path
) -> None:
    server.assume.chunk_boundaries = True
    content = random.Random(8).randbytes(25_000_000)
    moved: list[int] = []

    async def progress(count: int) -> None:
        moved.append(count)

    entry = await remote.upload(write(tmp_path / "up", content), "big", expect=None, progress=progress)
    await remote.download("big", str(tmp_path / "down"), expect=entry.etag)

    assert (tmp_path / "down").read_bytes() == content
    assert sum(moved) == len(content)
    server.assert_clean()


async def test_the_mtime_is_where_megas_own_apps_look_for_it(me: Account, remote: MegaRemote, tmp_path: Path) -> None:
    os.utime(write(tmp_path / "up", b"old").path, (1_500_000_000, 1_500_000_000))

    entry = await remote.upload(Source.of(str(tmp_path / "up")), "old", expect=None)
    await remote.download("old", str(tmp_path / "down"), expect=entry.etag)

    assert [one.mtime for one in me.entries() if not one.folder] == [1_500_000_000]
    assert os.stat(tmp_path / "down").st_mtime == 1_500_000_000


async def test_while_a_file_is_replaced_it_is_always_there_once_and_whole(
    server: MegaServer, me: Account, remote: MegaRemote, tmp_path: Path
) -> None:
    entry = await remote.upload(write(tmp_path / "up", b"0" * 1000), "file", expect=None)
    done = asyncio.Event()

    def look() -> bytes:
        with server.world.lock:
            return me.files()[f"{FOLDER}/file"]

    async def watch() -> set[bytes]:
        seen = set()
        while not done.is_set():
            seen.add(await asyncio.to_thread(look))
        return seen

    watching = asyncio.create_task(watch())
    for number in range(1, 10):
        source = write(tmp_path / "up", str(number).encode() * 1000)
        entry = await remote.upload(source, "file", expect=entry.etag, keep=f".helix/trash/{number}/file")
    done.set()

    assert await watching <= {str(number).encode() * 1000 for number in range(10)}
    kept = [me.read(f"{FOLDER}/.helix/trash/{number}/file")[:1] for number in range(1, 10)]
    assert kept == [str(number).encode() for number in range(9)]
    assert me.versions(f"{FOLDER}/file") == []


async def test_a_source_that_changes_while_it_is_read_leaves_nothing(
    server: MegaServer, me: Account, remote: MegaRemote, tmp_path: Path
) -> None:
    source = write(tmp_path / "up", bytes(9_000_000))

    async def meddle(_moved: int) -> None:
        os.truncate(source.path, 9_000_001)

    with pytest.raises(SourceChanged):
        await remote.upload(source, "file", expect=None, progress=meddle)

    assert me.files() == {}
    assert server.record.calls("p") == len(FOLDER.split("/"))


async def test_a_cancelled_upload_that_mega_still_carries_out_is_known_before_the_next(
    server: MegaServer, me: Account, remote: MegaRemote, tmp_path: Path
) -> None:
    await remote.mkdir("d")
    source = write(tmp_path / "up", b"content")
    fault = server.fail("p", Stall(0.4))
    upload = asyncio.create_task(remote.upload(source, "d/file", expect=None))
    await eventually(lambda: bool(fault.happened), "p is under way")
    upload.cancel()

    with pytest.raises(asyncio.CancelledError):
        await upload
    with pytest.raises(Changed):
        await remote.upload(source, "d/file", expect=None)

    assert me.files() == {f"{FOLDER}/d/file": b"content"}


async def test_what_others_do_is_seen_without_listing_the_account_again(
    server: MegaServer, me: Account, remote: MegaRemote, tmp_path: Path
) -> None:
    await remote.upload(write(tmp_path / "up", b"ours"), "d/ours", expect=None)
    me.put(f"{FOLDER}/d/theirs", b"theirs")
    me.rename(f"{FOLDER}/d/ours", "renamed")
    me.mkdir(f"{FOLDER}/e")
    me.move(f"{FOLDER}/d/renamed", f"{FOLDER}/e")

    assert [entry.path async for batch in remote.listing() for entry in batch] == ["d", "d/theirs", "e", "e/renamed"]
    me.remove(f"{FOLDER}/d")
    assert [entry.path async for batch in remote.listing() for entry in batch] == ["e", "e/renamed"]
    assert server.record.calls("f") == 1


async def test_a_hint_names_the_directory_in_which_another_client_changed_something(
    me: Account, remote: MegaRemote
) -> None:
    await remote.mkdir("d")
    hints = remote.events()
    assert await anext(hints) == EVERYWHERE

    me.put(f"{FOLDER}/d/theirs", b"theirs")

    async with asyncio.timeout(30):
        assert await anext(hints) == directories({"d"})
    assert [entry.path async for batch in remote.listing() for entry in batch] == ["d", "d/theirs"]


async def test_commands_of_many_small_files_share_requests(
    server: MegaServer, remote: MegaRemote, tmp_path: Path
) -> None:
    await remote.mkdir("d")
    server.record.clear()
    server.limits.latency = 0.02
    sources = [write(tmp_path / f"{number}", bytes([number])) for number in range(48)]

    await asyncio.gather(*(remote.upload(one, f"d/{one.path[-2:]}", expect=None) for one in sources))

    requests = [request for request in server.record.requests if request.endpoint == "cs"]
    assert sum(len(request.commands) for request in requests) >= 96
    assert len(requests) < 40


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd"), ("..", "%2E."), (".", "%2E"), ("a\x07b", "a%07b"), ("", "%_")],
)
async def test_a_hostile_name_stays_in_its_folder_and_keeps_its_own_name(
    me: Account, remote: MegaRemote, tmp_path: Path, theirs: str, ours: str
) -> None:
    me.put(f"{FOLDER}/plain", b"content")
    me.rename(f"{FOLDER}/plain", theirs)

    (listed,) = [entry async for batch in remote.listing() for entry in batch]
    await remote.download(listed.path, str(tmp_path / "down"), expect=listed.etag)
    await remote.upload(write(tmp_path / "up", b"new"), listed.path, expect=listed.etag)

    assert listed.path == ours
    assert (tmp_path / "down").read_bytes() == b"content"
    assert [entry.path for entry in me.entries() if not entry.folder] == [f"{FOLDER}/{theirs}"]


async def test_a_name_of_three_hundred_letters_is_listed_and_fetched(
    me: Account, remote: MegaRemote, tmp_path: Path
) -> None:
    me.put(f"{FOLDER}/plain", b"content")
    me.rename(f"{FOLDER}/plain", "é" * 300)

    (listed,) = [entry async for batch in remote.listing() for entry in batch]
    await remote.download(listed.path, str(tmp_path / "down"), expect=listed.etag)

    assert len(listed.path.encode()) <= 255
    assert (tmp_path / "down").read_bytes() == b"content"


async def test_a_node_that_cannot_be_decrypted_stops_the_listing(
    me: Account, server: MegaServer, tmp_path: Path
) -> None:
    handle = me.put(f"{FOLDER}/a", b"content")
    node = me.tree.nodes[handle]
    good, node.attributes = node.attributes, "AAAAAAAAAAAAAAAAAAAAAA"

    async with account_of(server, tmp_path / "home") as remote:
        with pytest.raises(Unreachable, match=handle):
            assert [batch async for batch in remote.listing()]
    node.attributes = good


async def test_a_folder_into_which_something_raced_can_be_taken_out_of_the_rubbish_bin(
    me: Account, remote: MegaRemote
) -> None:
    await remote.mkdir("d")

    await remote.rmdir("d")

    assert [entry.path for entry in me.entries(top="trash")] == ["d"]
    with pytest.raises(Changed):
        me.put(f"{FOLDER}/file", b"x")
        await remote.rmdir("file")
