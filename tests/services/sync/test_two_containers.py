"""Do two containers on one remote, killed, stopped and frozen at random, lose nothing and never write together?"""

import asyncio
import json
import logging
import multiprocessing
import os
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from services.sync.__main__ import serve
from services.sync.lease import Lease
from tests.services.sync.mutator import Person, reachable, tree
from tests.services.sync.running import eventually, home

ROUNDS = int(os.environ.get("HELIX_TEST_HANDOVERS", "12"))
SEED = int(os.environ.get("HELIX_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
TTL = 2.0

_fork = multiprocessing.get_context("forkserver")


class _Diary(logging.Handler):
    """Writes down which claims were won."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "lease_changed" and record.__dict__["held"]:
            with self._path.open("a") as file:
                file.write(f"{record.__dict__['epoch']} {os.getpid()}\n")


def live(place: str, remote: str) -> None:
    """The child: sync with a lease that is short enough for a test."""
    defaults = Lease.__init__.__kwdefaults__
    assert defaults is not None
    defaults["ttl"] = TTL
    settings = {
        "HELIX_HOME": place,
        "HELIX_REMOTE": remote,
        "HELIX_SETTLE_SECONDS": "0",
        "HELIX_SCAN_SECONDS": "0.3",
        "HELIX_MAX_DELETE": "100%",
    }
    logging.getLogger("services.sync.lease").addHandler(_Diary(Path(remote.removeprefix("local:")).parent / "claims"))
    asyncio.run(serve(settings, cwd=Path(place)))


class Container:
    """One of the two."""

    def __init__(self, place: Path, remote: Path, rng: random.Random) -> None:
        self.place = place
        self.person = Person(place / "files", place.name, rng)
        self._remote = f"local:{remote}"
        self._process: BaseProcess | None = None
        self._frozen = False

    def start(self) -> None:
        """Start, unless it runs; thaw, if it is frozen."""
        if self._frozen:
            self._signal(signal.SIGCONT)
            self._frozen = False
        if self._process is None or not self._process.is_alive():
            self._process = _fork.Process(target=live, args=(str(self.place), self._remote), daemon=True)
            self._process.start()

    def kill(self) -> None:
        """SIGKILL."""
        self._frozen = False
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self._process is not None and not self._frozen:
            self._process.terminate()
            self._process.join(40)

    def freeze(self) -> None:
        """SIGSTOP."""
        if self._process is not None and self._process.is_alive():
            self._signal(signal.SIGSTOP)
            self._frozen = True

    def state(self) -> str:
        """What it posted last."""
        return str(json.loads((self.place / "run/sync.json").read_bytes())["state"])

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, number)


async def test_two_containers_hand_over_without_losing_a_file_or_writing_together() -> None:
    _fork.set_forkserver_preload(["services.sync.__main__"])
    print(f"seed {SEED}, {ROUNDS} rounds")
    rng = random.Random(SEED)
    with home() as shared, home() as one, home() as two:
        containers = [Container(place, shared / "remote", rng) for place in (one, two)]
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
        claims = [tuple(line.split()) for line in (shared / "claims").read_text().splitlines()]
        epochs = {epoch for epoch, _ in claims}
        print(f"{len(owed)} contents owed, {len(missing)} missing, {len(epochs)} epochs")
        assert missing == set(), f"seed {SEED}"
        assert len(set(claims)) == len(epochs), f"two writers in one epoch; seed {SEED}"
