"""Does a writer that dies or sleeps at the worst moment do no harm, and stand in nobody's way?"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.sync.remotes.errors import Changed, ItemFailed
from services.sync.remotes.rclone import claims, store
from services.sync.remotes.rclone.claims import Claims
from services.sync.remotes.rclone.entries import INCOMING
from services.sync.remotes.rclone.place import Place
from services.sync.remotes.rclone.rc import Rc
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.rclone.small import SmallFiles
from services.sync.remotes.remote import Entry
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.two_writers import contents, written

pytestmark = pytest.mark.xdist_group("rclone_claims")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as rcd:
        yield rcd


@pytest.fixture
async def client(rcd: Rcd, tmp_path: Path) -> AsyncIterator[Callable[[str], RcloneRemote]]:
    """Make a client of one remote for an owner."""
    made = []

    def make(owner: str) -> RcloneRemote:
        made.append(RcloneRemote("here", str(tmp_path / "there"), rcd.socket, owner=owner))
        return made[-1]

    yield make
    for remote in made:
        await remote.close()


@dataclass
class Sleep:
    """Of the first writer, right before it renames its claim to the path."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture(params=["small", "large"])
def sleep(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sleep:
    """Whoever is the first to put a claim in its place falls asleep before, be the file a small or a large one."""
    sleep = Sleep()
    kind, name = (SmallFiles, "_into_place") if request.param == "small" else (Place, "rename")
    if request.param == "large":
        monkeypatch.setattr(store, "SMALL", -1)
    rename = getattr(kind, name)

    async def slow(self: object, *parameters: object) -> Entry | None:
        if not sleep.begun.is_set():
            sleep.begun.set()
            await sleep.over.wait()
        renamed: Entry | None = await rename(self, *parameters)
        return renamed

    monkeypatch.setattr(kind, name, slow)
    return sleep


@pytest.fixture
async def place(rcd: Rcd, tmp_path: Path) -> AsyncIterator[Place]:
    """The remote itself, for claims without a writer."""
    place = Place(Rc(rcd.socket), "here", str(tmp_path / "there"))
    await place.open()
    yield place
    await place.rc.close()


async def left_behind(place: Place, owner: str) -> str:
    """A claim on `path` whose writer is gone."""
    async with Claims(place, owner).claim("path") as claim:
        await place.make_directory(claim, "claiming")
    return claim


def claims_in(there: Path) -> list[str]:
    return [file.name for file in (there / INCOMING).glob("*")]


async def test_a_writer_that_slept_past_its_claim_can_t_overwrite_what_came_after_it(
    client: Callable[[str], RcloneRemote], sleep: Sleep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "PATIENCE_SECONDS", 0.0)
    first, second = client("one"), client("two")
    await first.connect()
    await second.connect()
    sleeper = asyncio.create_task(first.upload(written(tmp_path, "first"), "path", expect=None))
    await sleep.begun.wait()

    stored = None
    while stored is None:
        with contextlib.suppress(Changed):
            stored = await second.upload(written(tmp_path, "second"), "path", expect=None)
    sleep.over.set()

    with pytest.raises(ItemFailed):
        await sleeper
    assert await contents(first, tmp_path) == ["second"]
    assert await first.stat("path") == stored
    assert claims_in(tmp_path / "there") == []


async def test_a_writer_that_is_alive_is_waited_for_and_then_respected(
    client: Callable[[str], RcloneRemote], sleep: Sleep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = client("one"), client("two")
    await first.connect()
    await second.connect()
    sleeper = asyncio.create_task(first.upload(written(tmp_path, "first"), "path", expect=None))
    await sleep.begun.wait()

    settle = Claims.settle

    async def wake_the_other(self: Claims, mine: str, path: str) -> None:
        sleep.over.set()
        await settle(self, mine, path)

    monkeypatch.setattr(Claims, "settle", wake_the_other)

    late = asyncio.create_task(second.upload(written(tmp_path, "second"), "path", expect=None))

    with pytest.raises(Changed):
        await late
    await sleeper
    assert await contents(first, tmp_path) == ["first"]
    assert claims_in(tmp_path / "there") == []


async def test_what_an_earlier_life_claimed_is_taken_back_at_once_and_only_that(
    client: Callable[[str], RcloneRemote], place: Place, tmp_path: Path
) -> None:
    await left_behind(place, "me")
    foreign = await left_behind(place, "they")

    await client("me").connect()

    assert [f"{INCOMING}/{name}" for name in claims_in(tmp_path / "there")] == [foreign]


async def test_a_claim_of_the_dead_holds_a_path_up_for_its_time_only(
    client: Callable[[str], RcloneRemote], place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "WAIT_SECONDS", 0.0)
    await left_behind(place, "dead")
    mine = client("me")
    await mine.connect()

    with pytest.raises(Changed):
        await mine.upload(written(tmp_path, "x"), "path", expect=None)
    elsewhere = await mine.upload(written(tmp_path, "y"), "elsewhere", expect=None)
    monkeypatch.setattr(claims, "PATIENCE_SECONDS", 0.0)
    await mine.upload(written(tmp_path, "x"), "path", expect=None)

    assert elsewhere.size == 1
    assert sorted(await contents(mine, tmp_path)) == ["x", "y"]
    assert claims_in(tmp_path / "there") == []
