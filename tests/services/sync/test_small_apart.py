"""Does a pass whose small files are carried by processes do what any pass does, also when they are killed?"""

import os
import random
import threading
from functools import partial
from pathlib import Path

import pytest

from services.sync import carriers
from services.sync.carriers import CarrierFailed
from services.sync.remotes.local import LocalRemote
from tests.running.patience import Patience
from tests.services.sync.carried import in_a_thread, processes
from tests.services.sync.world import World, text

DEADLINE = 20.0
COUNT = 40


def kill_all(delay: float) -> None:
    """Kill those who carry for us, so long after they were begun."""
    patience = Patience(DEADLINE)
    while not (found := processes(os.getpid())) and not patience.ended:
        pass
    threading.Event().wait(delay)
    for process in found:
        process.kill()


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
    for delay in (0.0, *(rng.random() * 0.3 for _ in range(4))):
        for number in range(300):
            path = f"d{number % 7}/{len(content)}"
            content[path] = f"content {len(content)}"
            world.write(path, content[path])
        killer, _ = in_a_thread(partial(kill_all, delay))
        try:
            await world.once()
        except CarrierFailed as error:
            told.append(str(error))
        killer.join()
        there = text(await world.there())
        assert all(content[path] == what for path, what in there.items()), f"half a file; seed {seed}"
    await world.sync()

    assert told, "the first ones died before they had begun"
    assert all("ended early" in cause for cause in told)
    assert text(world.local()) == text(await world.there()) == content, f"seed {seed}"
