"""Do small commands that share a request each get their own answer, their own error and their own end?"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.sync.remotes.errors import Changed, Gone, Unreachable
from services.sync.remotes.rclone import batches
from services.sync.remotes.rclone.batches import Batches
from services.sync.remotes.rclone.place import Place
from services.sync.remotes.rclone.rc import Rc
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.source import Source
from tests.services.sync.remotes.rcd import Rcd

pytestmark = pytest.mark.xdist_group("rclone_batches")

FILES = 40


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as rcd:
        yield rcd


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that went to rclone, each request once."""
    asked: list[str] = []
    body = Rc.body

    async def noted(self: Rc, command: str, parameters: Any, **options: Any) -> bytes:
        asked.append(command)
        return await body(self, command, parameters, **options)

    monkeypatch.setattr(Rc, "body", noted)
    return asked


async def test_files_that_are_stored_side_by_side_share_their_requests_and_one_that_is_there_is_left_alone(
    rcd: Rcd, tmp_path: Path, asked: list[str]
) -> None:
    remote = RcloneRemote("here", str(tmp_path / "there"), rcd.socket)
    await remote.connect()
    (tmp_path / "there" / "7").write_text("somebody else's")
    sources = []
    for number in range(FILES):
        file = tmp_path / str(number)
        file.write_text(f"content {number}")
        sources.append(Source.of(str(file)))
    asked.clear()

    ends = await asyncio.gather(
        *(remote.upload(source, str(number), expect=None) for number, source in enumerate(sources)),
        return_exceptions=True,
    )

    assert [number for number, end in enumerate(ends) if isinstance(end, BaseException)] == [7]
    assert isinstance(ends[7], Changed)
    assert (tmp_path / "there" / "7").read_text() == "somebody else's"
    for number in set(range(FILES)) - {7}:
        assert (tmp_path / "there" / str(number)).read_text() == f"content {number}"
    assert list((tmp_path / "there/.helix/incoming").iterdir()) == []
    assert len(asked) < FILES, "one request for several files"
    await remote.close()


@pytest.fixture
async def place(rcd: Rcd, tmp_path: Path) -> Place:
    place = Place(Rc(rcd.socket), "here", str(tmp_path))
    await place.open()
    return place


async def test_of_commands_that_share_a_request_only_the_one_that_fails_fails(place: Place, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    shared = Batches(place)

    ends: list[Any] = await asyncio.gather(
        shared.run(place.orders.rename_over("none", "x"), "moving none"),
        shared.run(place.orders.rename_over("a", "b"), "moving a"),
        return_exceptions=True,
    )

    assert isinstance(ends[0], Gone)
    assert "moving none" in ends[0].message
    assert ends[1] == {}
    assert (tmp_path / "b").read_text() == "a"
    await place.rc.close()


async def test_a_command_that_is_cancelled_before_its_request_goes_is_never_carried_out(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "REQUESTS", 1)
    shared = Batches(place)
    for name in "abc":
        (tmp_path / name).write_text(name)
    first = asyncio.create_task(shared.run(place.orders.rename_over("a", "to/a"), "moving a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second, third = (
        asyncio.create_task(shared.run(place.orders.rename_over(name, f"to/{name}"), f"moving {name}")) for name in "bc"
    )
    await asyncio.sleep(0)

    second.cancel()
    await asyncio.gather(first, third)

    assert second.cancelled()
    assert sorted(file.name for file in (tmp_path / "to").iterdir()) == ["a", "c"]
    await place.rc.close()


async def test_a_command_that_is_cancelled_on_its_way_has_come_to_its_end(place: Place, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    shared = Batches(place)
    moving = asyncio.create_task(shared.run(place.orders.rename_over("a", "to/a"), "moving a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    moving.cancel()
    await asyncio.wait({moving})

    assert moving.cancelled()
    assert (tmp_path / "to/a").read_text() == "a"
    await place.rc.close()


async def test_a_request_that_fails_as_a_whole_fails_all_its_commands(place: Place, tmp_path: Path) -> None:
    broken = Place(Rc(str(tmp_path / "none.sock")), "here", str(tmp_path))
    shared = Batches(broken)

    ends = await asyncio.gather(
        *(shared.run(place.orders.look(name), f"looking at {name}") for name in "ab"), return_exceptions=True
    )
    await place.rc.close()

    assert [type(end) for end in ends] == [Unreachable, Unreachable]
    await broken.rc.close()
