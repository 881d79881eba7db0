"""Does the engine keep its rules on MEGA, with people at work on both sides and the service failing at random?

Each seed is a world: files are written, edited, renamed and deleted on both sides, then passes run while faults strike.
In the end both sides are equal, no name is there twice, and every content that is owed to somebody is reachable.
`HELIX_TEST_WORLDS` sets how many worlds, `HELIX_TEST_SEED` the first one's seed.
"""

import contextlib
import os
import random
from pathlib import Path

import pytest

from helix.parsing import DeleteLimit
from services.sync.remotes.errors import RemoteError
from tests.emulators.mega import MegaServer
from tests.services.sync.far import files_in
from tests.services.sync.remotes.mega_account import FOLDER, make, open_server
from tests.services.sync.remotes.mega_far import MegaFar
from tests.services.sync.remotes.mega_weather import storm
from tests.services.sync.world import World

FIRST = int(os.environ.get("HELIX_TEST_SEED", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("HELIX_TEST_WORLDS", "10")))
ROUNDS = 3
PATHS = ("a", "b", "d/a", "d/b", "d/deep/c", "é ü", "big")


class People:
    """Somebody here and somebody there; what they are owed."""

    def __init__(self, rng: random.Random, here: Path, there: MegaFar) -> None:
        self.owed: dict[str, dict[str, bytes]] = {"here": {}, "there": {}}
        self._rng = rng
        self._here = here
        self._there = there
        self._serial = 0

    def act(self) -> None:
        """One change on one side; one that the world makes impossible is no change."""
        side, path = self._rng.choice(("here", "there")), self._rng.choice(PATHS)
        write = self._rng.random() < 0.8
        with contextlib.suppress(OSError, LookupError):
            self._delete(side, path)
        if write:
            self._serial += 1
            content = f"{side} {self._serial}".encode() * (30_000 if path == "big" else 1)
            with contextlib.suppress(OSError):
                self._write(side, path, content)
                self.owed[side][path] = content

    def _delete(self, side: str, path: str) -> None:
        if side == "here":
            (self._here / path).unlink()
        else:
            self._there.delete(path)
        # whoever deletes or overwrites what is there has seen it, whichever side it came from
        self.owed[side].pop(path, None)

    def _write(self, side: str, path: str, content: bytes) -> None:
        if side == "here":
            (self._here / path).parent.mkdir(parents=True, exist_ok=True)
            (self._here / path).write_bytes(content)
        else:
            self._there.write(path, content)


async def pass_under_fire(world: World, server: MegaServer, rng: random.Random) -> int:
    """A pass while faults strike, and how often they did; the daemon would connect again after a failure, too."""
    faults = storm(server, rng)
    with contextlib.suppress(RemoteError):
        await world.remote.connect()
        await world.once()
    server.heal()
    return sum(fault.happened for fault in faults)


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost_or_doubled_whatever_fails(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    async with open_server() as server:
        (me,) = server.world.accounts.values()
        remote = make(server, tmp_path / "home")
        far = MegaFar(me, FOLDER)
        world = await World.make(tmp_path, remote, far, max_delete=DeleteLimit(None, 1000))
        people = People(rng, world.here, far)

        struck = 0
        for _ in range(ROUNDS):
            for _ in range(6):
                people.act()
            struck += await pass_under_fire(world, server, rng)
        await remote.connect()
        await world.sync()

        assert world.local() == far.files(), f"seed {seed}"
        reachable = {*files_in(world.here, own=True).values(), *me.files().values()}
        owed = {content for side in people.owed.values() for content in side.values()}
        assert owed <= reachable, f"seed {seed}"
        assert server.unreadable() == []
        assert struck > 0, f"seed {seed}: no fault struck"
        world.journal.close()
        await remote.close()
