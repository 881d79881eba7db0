"""Do two containers on one remote, killed, stopped and frozen at random, lose nothing and never write together?"""

import asyncio
import os
import random
import time
from dataclasses import dataclass

import pytest

from tests.services.sync.containers import TTL, Container
from tests.services.sync.mutator import reachable, tree
from tests.services.sync.postgres import Server
from tests.services.sync.running import eventually, home

ROUNDS = int(os.environ.get("HELIX_TEST_HANDOVERS", "12"))
SEED = int(os.environ.get("HELIX_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


async def test_two_containers_hand_over_without_losing_a_file_or_writing_together() -> None:
    found = await soak()

    assert found == Found(), f"seed {SEED}"


@pytest.mark.xdist_group("postgres")
async def test_two_containers_hand_over_through_postgres(postgres: Server) -> None:
    found = await soak(DATABASE_URL=postgres.url(postgres.database()))

    assert found == Found(), f"seed {SEED}"


@dataclass(frozen=True, slots=True)
class Found:
    """What must not be found."""

    missing: frozenset[bytes] = frozenset()
    epochs_of_two: frozenset[str] = frozenset()


async def soak(**settings: str) -> Found:
    """Random misfortune for so many rounds, then rest: which contents are lost, which epochs had two writers?"""
    print(f"seed {SEED}, {ROUNDS} rounds")
    rng = random.Random(SEED)
    with home() as shared, home() as one, home() as two:
        containers = [Container(place, shared / "remote", rng, **settings) for place in (one, two)]
        try:
            for _ in range(ROUNDS):
                for container in containers:
                    container.start()
                end = time.monotonic() + rng.random() * TTL * 1.5
                while time.monotonic() < end:
                    rng.choice(containers).person.act()
                    await asyncio.sleep(rng.random() * 0.05)
                victim = rng.choice(containers)
                rng.choice((victim.kill, victim.stop, victim.freeze))()

            for container in containers:
                container.start()
            await eventually(lambda: sorted(c.state() for c in containers) == ["standby", "writer"], "one of each")
            writer, standby = sorted(containers, key=lambda container: container.state(), reverse=True)
            standby.stop()
            await eventually(lambda: tree(writer.place / "files") == tree(shared / "remote"), "the writer is done")
            writer.stop()
            standby.start()
            await eventually(lambda: standby.state() == "writer", "the other takes over")
            await eventually(lambda: tree(standby.place / "files") == tree(shared / "remote"), "it is done, too")
        finally:
            for container in containers:
                container.kill()

        owed = containers[0].person.owed | containers[1].person.owed
        missing = owed - reachable(one / "files", two / "files", shared / "remote")
        claims = [line.split() for line in (shared / "claims").read_text().splitlines()]
        writers: dict[str, set[str]] = {}
        for epoch, pid in claims:
            writers.setdefault(epoch, set()).add(pid)
        print(f"{len(owed)} contents owed, {len(missing)} missing, {len(writers)} epochs")
        return Found(frozenset(missing), frozenset(epoch for epoch, pids in writers.items() if len(pids) > 1))
