"""Does the engine keep its rules through rclone, whichever touch is the last one before the process dies?

rclone lives on, as when only sync is killed. A touch is a command that changes the remote, a change on the disk, or a
commit of the journal. All points of all scenarios take minutes, so each run draws some: three of each scenario on a
directory, one of two that write to the remote on an object store. The seed is printed.
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
from tests.services.sync.far import Far
from tests.services.sync.remotes import s3
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.s3 import BucketFar
from tests.services.sync.scenarios import SCENARIOS
from tests.services.sync.world import World

pytestmark = pytest.mark.xdist_group("rclone_crash_points")

POINTS = int(os.environ.get("HELIX_TEST_CRASHES") or 3)
POINTS_IN_A_BUCKET = int(os.environ.get("HELIX_TEST_CRASHES") or 1)
WRITING = ("uploads", "moves_here")
CHANGES = {f"operations/{what}" for what in ("copyfile", "deletefile", "mkdir", "rmdir")} | {"sync/move", "job/batch"}
QUESTIONS = {"operations/list", "operations/stat", "operations/fsinfo", "core/stats", "job/stopgroup", "rc/noop"}


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local", **s3.SETTINGS) as rcd:
        yield rcd


@pytest.fixture(scope="module")
def bucket() -> Iterator[tuple[str, str]]:
    yield from s3.serve()


class ThroughRclone:
    """A directory, or a bucket, behind a resident rclone."""

    name = "rclone"

    def __init__(self, rcd: Rcd, remote: str = "here", root: str = "") -> None:
        self._rcd = rcd
        self._remote_name = remote
        self._root = root

    async def world(self, base: Path) -> World:
        return await World.make(base, self._remote(base), self._far(base))

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

    def _far(self, base: Path) -> Far | None:
        return BucketFar(f"{base}/there/".lstrip("/")) if self._root else None

    def _remote(self, base: Path) -> RcloneRemote:
        return RcloneRemote(self._remote_name, f"{self._root}{base}/there", self._rcd.socket, owner="me")


async def prove_some(through: ThroughRclone, name: str, count: int, base: Path) -> None:
    """Let it die at so many points of a scenario, drawn by a seed that is printed."""
    seed = int(os.environ.get("HELIX_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"HELIX_TEST_SEED={seed}")
    rng = random.Random(seed)

    def some(points: Sequence[Point]) -> Sequence[Point]:
        return rng.sample(points, min(count, len(points)))

    points = await prove(through, SCENARIOS[name], base, choose=some)

    assert points > 0


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_crash_before_or_after_a_touch_loses_nothing_through_rclone(
    name: str, rcd: Rcd, tmp_path: Path
) -> None:
    await prove_some(ThroughRclone(rcd), name, POINTS, tmp_path)


@pytest.mark.parametrize("name", WRITING)
async def test_a_crash_before_or_after_a_touch_loses_nothing_on_an_object_store(
    name: str, rcd: Rcd, bucket: tuple[str, str], tmp_path: Path
) -> None:
    await prove_some(ThroughRclone(rcd, *bucket), name, POINTS_IN_A_BUCKET, tmp_path)
