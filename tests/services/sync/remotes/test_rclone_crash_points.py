"""Does the engine keep its rules through rclone, whichever touch is the last one before the process dies?

rclone lives on, as when only sync is killed. A touch is a command that changes the remote, a change on the disk, or a
commit of the journal. All points of all scenarios take minutes, so each run draws some; the seed is printed.
"""

import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.sync.remotes.rclone.rc import CALL_SECONDS, Rc
from services.sync.remotes.rclone.remote import RcloneRemote
from tests.services.sync.crash import Fate
from tests.services.sync.crash_points import Point, prove
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.scenarios import SCENARIOS
from tests.services.sync.world import World

POINTS = int(os.environ.get("HELIX_TEST_CRASHES") or 3)
CHANGES = {f"operations/{what}" for what in ("copyfile", "deletefile", "mkdir", "rmdir")} | {"sync/move", "job/batch"}
QUESTIONS = {"operations/list", "operations/stat", "operations/fsinfo", "core/stats", "job/stopgroup", "rc/noop"}


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as rcd:
        yield rcd


class ThroughRclone:
    """A directory behind a resident rclone."""

    name = "rclone"

    def __init__(self, rcd: Rcd) -> None:
        self._rcd = rcd

    async def world(self, base: Path) -> World:
        return await World.make(base, self._remote(base))

    def watch(self, world: World, fate: Fate, patch: pytest.MonkeyPatch) -> None:
        body = Rc.body

        async def touched(self: Rc, command: str, parameters: Any, *, seconds: float = CALL_SECONDS) -> bytes:
            assert command in CHANGES | QUESTIONS, command
            if command in QUESTIONS:
                fate.ask()
                return await body(self, command, parameters, seconds=seconds)
            fate.before()
            answer = await body(self, command, parameters, seconds=seconds)
            fate.after()
            return answer

        patch.setattr(Rc, "body", touched)

    async def reborn(self, world: World) -> World:
        await world.remote.close()
        remote = self._remote(world.base)
        await remote.connect()
        return world.reborn(remote)

    async def leave(self, world: World) -> None:
        world.journal.close()
        await world.remote.close()

    def _remote(self, base: Path) -> RcloneRemote:
        return RcloneRemote("here", str(base / "there"), self._rcd.socket, owner="me")


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_crash_before_or_after_a_touch_loses_nothing_through_rclone(
    name: str, rcd: Rcd, tmp_path: Path
) -> None:
    seed = int(os.environ.get("HELIX_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"HELIX_TEST_SEED={seed}")
    rng = random.Random(seed)

    def some(points: Sequence[Point]) -> Sequence[Point]:
        return rng.sample(points, min(POINTS, len(points)))

    points = await prove(ThroughRclone(rcd), SCENARIOS[name], tmp_path, choose=some)

    assert points > 0
