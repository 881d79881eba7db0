"""Does a pass whose small files are carried by processes do what any pass does, also when they are killed?"""

import os
import random
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from services.sync import carriers
from services.sync.carriers import CarrierFailed, _Carrier
from services.sync.carrying import Answer, Job, Proceed
from services.sync.remotes.local import LocalRemote
from tests.services.sync.carried import processes
from tests.services.sync.world import World, text

COUNT = 40


def doomed(monkeypatch: pytest.MonkeyPatch, delay: Callable[[], float]) -> None:
    """Each process that carries is killed, so long after it was given a batch."""
    carry = _Carrier.carry

    def watched(carrier: _Carrier, jobs: Sequence[Job], proceed: Proceed) -> list[Answer]:
        end = threading.Timer(delay(), carrier._process.kill)
        end.start()
        try:
            return carry(carrier, jobs, proceed)
        finally:
            end.cancel()

    monkeypatch.setattr(_Carrier, "carry", watched)


async def test_a_pass_with_processes_does_what_one_without_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriers, "FEW", 1)
    world = await World.make(tmp_path, LocalRemote(str(tmp_path / "there")))
    for number in range(COUNT):
        world.write(f"d{number % 3}/mine {number}", f"mine {number}")
        (tmp_path / "there" / f"e{number % 3}").mkdir(exist_ok=True)
        (tmp_path / "there" / f"e{number % 3}/theirs {number}").write_text(f"theirs {number}")
    world.write("both", "equal")
    (tmp_path / "there/both").write_text("equal")
    world.write("edited", "here")
    (tmp_path / "there/edited").write_text("there")

    await world.sync()
    world.journal.close()
    Path(world.journal.path).unlink()
    rest = await world.sync()

    assert text(world.local()) == text(await world.there())
    assert len(world.local()) == 2 * COUNT + 3
    assert rest.look.plan.actions == ()
    assert processes(os.getpid()) == []


async def test_processes_that_are_killed_again_and_again_lose_nothing_and_the_pass_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    monkeypatch.setattr(carriers, "FEW", 1)
    world = await World.make(tmp_path, LocalRemote(str(tmp_path / "there")))
    content: dict[str, str] = {}
    told = []
    for limit in (0.0, 0.05, 0.2):
        for number in range(300):
            path = f"d{number % 7}/{len(content)}"
            content[path] = f"content {len(content)}"
            world.write(path, content[path])
        with pytest.MonkeyPatch.context() as patch:
            doomed(patch, partial(rng.uniform, 0.0, limit))
            try:
                await world.once()
            except CarrierFailed as error:
                told.append(str(error))
        there = text(await world.there())
        assert all(content[path] == what for path, what in there.items()), f"half a file; seed {seed}"
    await world.sync()

    assert told, "the first ones died when they had hardly begun"
    assert all("ended early" in cause for cause in told)
    assert text(world.local()) == text(await world.there()) == content, f"seed {seed}"
