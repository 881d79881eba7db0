"""Is nothing lost when the running program is killed again and again while people work on both sides?

Real SIGKILLs of a real process (forked from a warm parent, so that a start costs milliseconds). `HELIX_TEST_KILLS`
sets how many; `HELIX_TEST_SEED` repeats a run's choices.
"""

import asyncio
import logging
import multiprocessing
import os
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from helix.control import Control
from helix.errors import HelixError
from services.sync import carriers
from services.sync.__main__ import serve
from tests.running.patience import Patience
from tests.services.sync.mutator import Person, reachable, tree
from tests.services.sync.running import home

KILLS = int(os.environ.get("HELIX_TEST_KILLS", "100"))
SEED = int(os.environ.get("HELIX_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
LIFE_SECONDS = 0.8
REST_SECONDS = 60.0

_fork = multiprocessing.get_context("forkserver")


def live(place: str, apart: bool) -> None:
    """The child: sync itself; `apart`: small files are carried by processes of their own, however few they are."""
    if apart:
        carriers.FEW = 2
    settings = {
        "HELIX_HOME": place,
        "HELIX_SETTLE_SECONDS": "0",
        "HELIX_SCAN_SECONDS": "0.3",
        "HELIX_MAX_DELETE": "100%",
        "LOG_LEVEL": "critical",
    }
    logging.disable()
    asyncio.run(serve(settings, cwd=Path(place)))


def start(place: Path, *, apart: bool) -> BaseProcess:
    process = _fork.Process(target=live, args=(str(place), apart), daemon=True)
    process.start()
    return process


async def rest(place: Path) -> dict[str, bytes]:
    """Let sync run until both sides are equal and a pass has nothing to do."""
    control = Control(place / "run/sync.sock")
    patience = Patience(REST_SECONDS)
    while not patience.ended:
        try:
            runs = (await control.sync(wait=10))["runs"]
        except HelixError:
            await asyncio.sleep(0.05)
            continue
        here = tree(place / "files")
        if runs and runs[0]["outcome"] == "nothing" and here == tree(place / "remote"):
            return here
    raise AssertionError(f"the sides never agree; seed {SEED}")


async def test_a_hundred_kills_under_load_lose_nothing() -> None:
    _fork.set_forkserver_preload(["services.sync.__main__"])
    print(f"seed {SEED}, {KILLS} kills")
    rng = random.Random(SEED)
    with home() as place:
        here, there = Person(place / "files", "here", rng), Person(place / "remote", "there", rng)
        for number in range(KILLS):
            process = start(place, apart=number % 2 == 1)
            end = time.monotonic() + rng.random() * LIFE_SECONDS
            while time.monotonic() < end:
                rng.choice((here, there)).act()
                await asyncio.sleep(rng.random() * 0.02)
            process.kill()
            process.join()

        process = start(place, apart=True)
        await rest(place)
        process.terminate()
        process.join(60)

        missing = (here.owed | there.owed) - reachable(place / "files", place / "remote")
        print(f"{KILLS} kills, {len(here.owed | there.owed)} contents owed, {len(missing)} missing")
        assert process.exitcode == 0
        assert missing == set(), f"seed {SEED}"
