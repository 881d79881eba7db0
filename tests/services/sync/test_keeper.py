"""Does a folder's keeper hold its claim, back off, wait for a person, and do what people ask?"""

import asyncio
import time
from pathlib import Path

import pytest

from helix.core.guards import TripKind
from services.sync.apply.throttle import Throttle
from services.sync.keeper import BACKOFF, Keeper
from services.sync.lease import Lease
from services.sync.remotes.errors import OverQuota, Refused, Unreachable
from services.sync.remotes.memory import MemoryRemote, Moment
from services.sync.reserved import TRASH
from services.sync.standing import Phase
from services.sync.trash import stamp_of
from tests.contracts.lease_contract import Clock
from tests.services.sync.keeping import keeping
from tests.services.sync.running import eventually


class Weather:
    """The remote answers, or raises what it is told to."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.calls = 0

    def __call__(self, operation: str, _path: str, moment: Moment) -> None:
        if moment is Moment.BEFORE and operation == "listing":
            self.calls += 1
        if self.failure is not None:
            raise self.failure


class Slow(Throttle):
    """Each transfer takes half of the time for which a claim is given, by a clock of its own."""

    def __init__(self, lease: Lease, clock: Clock) -> None:
        super().__init__()
        self._lease, self._clock = lease, clock
        self._turn = asyncio.Lock()
        self._looks: list[float] = []

    async def step(self) -> None:
        """The lease's own look at its store."""
        await Lease.step(self._lease)
        self._looks.append(self._clock())

    async def down(self, count: int) -> None:
        async with self._turn:
            self._clock.now += self._lease.ttl / 2
            until = len(self._looks) + 2  # one may have begun before
            await eventually(lambda: len(self._looks) >= until, "the claim is renewed meanwhile")


async def test_a_first_pass_longer_than_a_claim_keeps_its_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, remote = Clock(), MemoryRemote()
    for number in range(8):
        remote.write(f"{number}", b"x" * 1000)
    async with keeping(tmp_path, remote) as keeper:
        keeper.lease.ttl = 0.3
        slow = Slow(keeper.lease, clock)
        monkeypatch.setattr(keeper.lease, "_clock", clock)
        monkeypatch.setattr(keeper.lease, "step", slow.step)
        monkeypatch.setattr(keeper.cycle, "_throttle", slow)

        await eventually(lambda: keeper.standing.restored)

        assert clock.now > 2 * keeper.lease.ttl
        assert keeper.standing.failures == 0
        assert keeper.lease.held
        assert keeper.lease.epoch == 1
        assert len(list((tmp_path / "here").glob("?"))) == 8


async def test_an_unreachable_remote_is_told_tried_again_and_forgotten_when_it_is_back(tmp_path: Path) -> None:
    weather = Weather()
    weather.failure = Unreachable("no answer", retry_after=0.1)
    async with keeping(tmp_path, MemoryRemote(faults=weather)) as keeper:
        await eventually(lambda: keeper.standing.failures >= 2)
        told, phase = keeper.standing.error, keeper.standing.phase

        weather.failure = None

        await eventually(lambda: keeper.standing.restored)
        assert told is weather.failure or isinstance(told, Unreachable)
        assert phase is Phase.STARTING
        assert keeper.standing.error is None


def watched(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """The longest waits that the keeper has begun between two passes; None: until somebody rings."""
    waits: list[float | None] = []
    wait = keeper._wait

    async def begun(seconds: float | None) -> None:
        waits.append(seconds)
        await wait(seconds)

    monkeypatch.setattr(keeper, "_wait", begun)
    return waits


async def test_refused_credentials_are_not_tried_again_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weather = Weather()
    weather.failure = Refused("wrong password")
    async with keeping(tmp_path, MemoryRemote(faults=weather)) as keeper:
        waits = watched(keeper, monkeypatch)
        await eventually(lambda: waits)

        assert waits == [BACKOFF.ceiling]
        assert keeper.standing.failures == 1


async def test_a_guarded_folder_does_what_the_person_says(tmp_path: Path) -> None:
    remote = MemoryRemote()
    for number in range(30):
        remote.write(f"{number}", b"x")
    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.restored)
        async with keeper.busy:  # so that the next pass sees all of it
            for file in (tmp_path / "here").glob("[0-9]*"):
                file.unlink()
        await eventually(lambda: keeper.standing.trip is not None)
        assert keeper.standing.trip is not None
        assert keeper.standing.trip.kind is TripKind.EMPTY_ROOT
        assert len(remote.files()) == 30

        await keeper.decide(keeper.standing.trip, proceed=True)

        await eventually(lambda: remote.files() == {})
        await eventually(lambda: keeper.standing.trip is None)
        assert keeper.standing.phase in (Phase.IDLE, Phase.SYNCING)


async def test_a_paused_folder_rests_until_it_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weather = Weather()
    remote = MemoryRemote(faults=weather)
    async with keeping(tmp_path, remote) as keeper:
        waits = watched(keeper, monkeypatch)
        await eventually(lambda: keeper.standing.restored)
        await keeper.pause(True)
        await eventually(lambda: keeper.standing.phase is Phase.PAUSED and waits[-1:] == [None])
        calls, begun = weather.calls, len(waits)
        (tmp_path / "here/new").write_text("x")
        for more in range(1, 4):
            keeper.hint()
            await eventually(lambda more=more: len(waits) >= begun + more)
        assert set(waits[begun:]) == {None}
        assert weather.calls == calls
        assert remote.files() == {}

        await keeper.pause(False)

        await eventually(lambda: remote.files() == {"new": b"x"})


async def test_a_keeper_that_is_cancelled_as_its_bell_rings_ends(tmp_path: Path) -> None:
    async with keeping(tmp_path, MemoryRemote()) as keeper:
        await eventually(lambda: keeper.standing.restored)
        bell = asyncio.create_task(keeper._wait(None))
        await asyncio.sleep(0)
        keeper.hint()
        await asyncio.sleep(0)

        bell.cancel()

        await asyncio.wait([bell], timeout=30)
        assert bell.cancelled()


async def test_a_remote_that_is_too_full_for_the_lease_is_freed_of_old_trash(tmp_path: Path) -> None:
    remote = MemoryRemote()
    old = f"{TRASH}/{stamp_of(0.0)}/old"
    remote.write(old, b"x")
    remote.write(f"{TRASH}/{stamp_of(time.time())}/young", b"x")
    full = Full(remote)
    async with keeping(tmp_path, MemoryRemote(remote.store, faults=full)) as keeper:
        await eventually(lambda: keeper.standing.restored)

        await eventually(lambda: old not in remote.store.nodes, "the old trash goes")

        await eventually(lambda: keeper.lease.held, "the lease is claimed")
        assert keeper.lease.error is None


class Full:
    """A remote that has room for nothing while something lies in its trash."""

    def __init__(self, remote: MemoryRemote) -> None:
        self.remote = remote

    def __call__(self, operation: str, _path: str, moment: Moment) -> None:
        trash = any(path.startswith(f"{TRASH}/") and "old" in path for path in self.remote.store.nodes)
        if operation == "upload" and moment is Moment.BEFORE and trash:
            raise OverQuota("full")
