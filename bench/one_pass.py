"""What is one pass of Helix, as a program of its own and as a part of one that runs?

    python -m bench.one_pass BASE [--running]

BASE holds the trees `here` and `there` and the journal. With `--running` the pass is done twice, as a daemon would, and
the wall and processor seconds of the second one are printed, those of its walkers included.
"""

import argparse
import asyncio
import os
import time
from pathlib import Path

from helix.parsing import DeleteLimit
from helix.settings import Folder
from services.sync.apply.executor import Tally
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle, Wishes
from services.sync.journal.journal import Journal
from services.sync.remotes.local import LocalRemote


async def passes(base: Path, times: int) -> list[tuple[float, float, int]]:
    """So many passes: wall seconds, processor seconds, actions of each."""
    folder = Folder("files", base / "here", "", "two-way", 300, 0, DeleteLimit(0.5, 1000), 30)
    journal = Journal(str(base / "journal.db"))
    remote = LocalRemote(str(base / "there"))
    await remote.connect()
    cycle = Cycle(folder, remote, journal, Throttle(), lambda: False)
    found = []
    for _ in range(times):
        tally, wall, processor = Tally(), time.perf_counter(), _processor_seconds()
        result = await cycle.run(Wishes(), tally)
        if result.look.trip is not None:
            raise SystemExit(result.look.trip.text)
        found.append((time.perf_counter() - wall, _processor_seconds() - processor, tally.done))
    journal.close()
    return found


def _processor_seconds() -> float:
    """Of this process and of all its children that have ended."""
    return sum(os.times()[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path)
    parser.add_argument("--running", action="store_true")
    args = parser.parse_args()
    wall, processor, done = asyncio.run(passes(args.base, 2 if args.running else 1))[-1]
    print(wall, processor, done)


if __name__ == "__main__":
    main()
