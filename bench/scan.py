"""What does a pass over an unchanged folder cost, against `rclone sync` in the same run?

    python -m bench.scan [--files 200000] [--rounds 3] [--at /dev/shm]

Makes a tree of 64-byte files, brings it in sync once with each tool, then measures passes that have nothing to do, each
in a process of its own: wall time, processor time (steadier on a shared machine) and peak memory. The best of all
rounds counts; prints both tools' figures and their ratio.
"""

import argparse
import asyncio
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from helix.parsing import DeleteLimit
from helix.settings import Folder
from services.sync.apply.executor import Tally
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle, Wishes
from services.sync.journal.journal import Journal
from services.sync.remotes.local import LocalRemote

PER_DIRECTORY = 100
RCLONE = Path(sys.executable).with_name("rclone")


def make_tree(root: Path, files: int) -> None:
    for number in range(files):
        directory = root / f"d{number // PER_DIRECTORY // 50}" / f"e{number // PER_DIRECTORY}"
        if number % PER_DIRECTORY == 0:
            directory.mkdir(parents=True)
        (directory / f"file{number}.txt").write_bytes(b"%064d" % number)


async def helix_pass(base: Path) -> tuple[float, int]:
    """One pass: the seconds it took and how many actions it planned."""
    folder = Folder("files", base / "here", "", "two-way", 300, 0, DeleteLimit(0.5, 1000), 30)
    journal = Journal(str(base / "journal.db"))
    remote = LocalRemote(str(base / "there"))
    await remote.connect()
    cycle = Cycle(folder, remote, journal, Throttle(), lambda: False)
    started = time.perf_counter()
    tally = Tally()
    result = await cycle.run(Wishes(), tally)
    if result.look.trip is not None:
        raise SystemExit(result.look.trip.text)
    journal.close()
    return time.perf_counter() - started, tally.done


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost."""

    wall: float
    processor: float
    mebibytes: float


def measure(command: list[str]) -> Cost:
    code = (
        "import resource as r, subprocess, sys, time; t = time.perf_counter();"
        "status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
        "u = r.getrusage(r.RUSAGE_CHILDREN);"
        "print(status, time.perf_counter() - t, u.ru_utime + u.ru_stime, u.ru_maxrss / 1024)"
    )
    output = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True).stdout
    status, *figures = output.split()
    if status != "0":
        raise SystemExit(f"{command} failed")
    return Cost(*map(float, figures))


def best(costs: list[Cost]) -> Cost:
    return Cost(*(min(figures) for figures in zip(*map(astuple, costs), strict=True)))


def show(ours: Cost, theirs: Cost) -> None:
    print(f"{'':8}{'wall s':>9}{'cpu s':>9}{'MiB':>7}")
    for name, cost in (("helix", ours), ("rclone", theirs)):
        print(f"{name:8}{cost.wall:9.2f}{cost.processor:9.2f}{cost.mebibytes:7.0f}")
    ratios = [ours.wall / theirs.wall, ours.processor / theirs.processor, ours.mebibytes / theirs.mebibytes]
    print(f"{'ratio':8}{ratios[0]:9.2f}{ratios[1]:9.2f}{ratios[2]:7.2f}")


def one_pass(base: Path) -> None:
    seconds, done = asyncio.run(helix_pass(base))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.3f} s, {done} actions, {peak:.0f} MiB", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at", type=Path, help="where to make the trees")
    parser.add_argument("--pass", dest="base", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.base:
        one_pass(args.base)
        return
    base = Path(tempfile.mkdtemp(prefix="helix-bench-", dir=args.at))
    try:
        compare(base, args.files, args.rounds)
    finally:
        shutil.rmtree(base)


def compare(base: Path, files: int, rounds: int) -> None:
    make_tree(base / "here", files)
    helix = [sys.executable, "-m", "bench.scan", "--pass", str(base)]
    rclone = [str(RCLONE), "sync", "--config", os.devnull, str(base / "here"), str(base / "other")]
    subprocess.run(["cp", "-a", str(base / "here"), str(base / "there")], check=True)
    subprocess.run(["cp", "-a", str(base / "here"), str(base / "other")], check=True)
    print(f"{files:,} files; a first pass that reads and adopts equal content: {measure(helix).wall:.1f} s")
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(measure(helix))
        theirs.append(measure(rclone))
    show(best(ours), best(theirs))


if __name__ == "__main__":
    main()
