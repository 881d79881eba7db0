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
from services.sync.reserved import RESERVED
from tests.emulators.mega import Account, Answer, Cut, Drop, MegaServer, Raw, Tamper
from tests.emulators.mega.faults import Effect
from tests.services.sync.remotes.mega_account import FOLDER, make, open_server
from tests.services.sync.world import World, files_in

FIRST = int(os.environ.get("HELIX_TEST_SEED", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("HELIX_TEST_WORLDS", "10")))
ROUNDS = 3
PATHS = ("a", "b", "d/a", "d/b", "d/deep/c", "é ü", "big")
FAULTS: tuple[tuple[str, Effect, bool], ...] = (
    ("p", Drop(), False),
    ("p", Drop(), True),
    ("p", Raw(500), True),
    ("m", Drop(), True),
    ("a", Raw(503), True),
    ("d", Drop(), True),
    ("u", Answer(-3), False),
    ("u", Answer(-17), False),
    ("cs", Raw(500), False),
    ("cs", Answer(-15, whole=True), False),
    ("sc", Drop(), False),
    ("upload", Raw(body=b"-8"), False),
    ("upload", Drop(), True),
    ("download", Cut(3), False),
    ("download", Tamper(1), False),
    ("download", Raw(509), False),
)


class People:
    """Somebody here and somebody there; what they are owed."""

    def __init__(self, rng: random.Random, here: Path, me: Account) -> None:
        self.owed: dict[str, dict[str, bytes]] = {"here": {}, "there": {}}
        self._rng = rng
        self._here = here
        self._me = me
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
            self._me.remove(f"{FOLDER}/{path}")
        # whoever deletes or overwrites what is there has seen it, whichever side it came from
        self.owed[side].pop(path, None)

    def _write(self, side: str, path: str, content: bytes) -> None:
        if side == "here":
            (self._here / path).parent.mkdir(parents=True, exist_ok=True)
            (self._here / path).write_bytes(content)
        else:
            self._me.put(f"{FOLDER}/{path}", content)


def trees(world: World, me: Account) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What stands in each side's folder; fails if two files at MEGA share a name."""
    prefix = f"{FOLDER}/"
    there = {path.removeprefix(prefix): content for path, content in me.files().items() if path.startswith(prefix)}
    return world.local(), {path: content for path, content in there.items() if not path.startswith(RESERVED)}


async def pass_under_fire(world: World, server: MegaServer, rng: random.Random) -> int:
    """A pass while faults strike, and how often they did; the daemon would connect again after a failure, too."""
    faults = [
        server.fail(on, effect, nth=rng.randint(1, 3), times=rng.choice((1, 6)), after=after)
        for on, effect, after in rng.sample(FAULTS, 5)
    ]
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
        world = await World.make(tmp_path, remote, max_delete=DeleteLimit(None, 1000))
        people = People(rng, world.here, me)

        struck = 0
        for _ in range(ROUNDS):
            for _ in range(6):
                people.act()
            struck += await pass_under_fire(world, server, rng)
        await remote.connect()
        await world.sync()

        here, there = trees(world, me)
        assert here == there, f"seed {seed}"
        reachable = {*files_in(world.here, own=True).values(), *me.files().values()}
        owed = {content for side in people.owed.values() for content in side.values()}
        assert owed <= reachable, f"seed {seed}"
        assert server.unreadable() == []
        assert struck > 0, f"seed {seed}: no fault struck"
        world.journal.close()
        await remote.close()
