"""What does a pass over an unchanged folder cost, against `rclone sync` in the same run?

    python -m bench.scan [--files 200000] [--rounds 3] [--at /dev/shm]
    python -m bench.scan --files 10000 100000 250000 500000 1000000 --plot docs/scan-cost.svg

Makes trees of 64-byte files, lets Helix adopt them, then measures passes that have nothing to do, each in a process of
its own, in turns: wall time and processor time, the start of the program included. The best of all rounds counts.
Memory is measured in a round of its own, for both in the same way: the proportional set size of the process and all
its children, added up every few milliseconds; the highest sum counts. Several numbers of files grow the same trees.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

import psutil

from bench.plot import Curve, Panel, draw
from helix.parsing import DeleteLimit
from helix.settings import Folder
from services.sync.apply.executor import Tally
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle, Wishes
from services.sync.journal.journal import Journal
from services.sync.remotes.local import LocalRemote

PER_DIRECTORY = 100
STAMP_NS = 1_700_000_000 * 10**9
SAMPLE_SECONDS = 0.01
PASSES_TO_REST = 6
RCLONE = Path(sys.executable).with_name("rclone")


def grow_tree(root: Path, start: int, end: int) -> None:
    """Files number `start` to `end`, a hundred in a directory, with one mtime."""
    for number in range(start, end):
        directory = root / f"d{number // PER_DIRECTORY // 50}" / f"e{number // PER_DIRECTORY}"
        if number % PER_DIRECTORY == 0:
            directory.mkdir(parents=True)
        file = directory / f"file{number}.txt"
        file.write_bytes(b"%064d" % number)
        os.utime(file, ns=(STAMP_NS, STAMP_NS))


async def helix_pass(base: Path) -> int:
    """One pass; how many actions it did."""
    folder = Folder("files", base / "here", "", "two-way", 300, 0, DeleteLimit(0.5, 1000), 30)
    journal = Journal(str(base / "journal.db"))
    remote = LocalRemote(str(base / "there"))
    await remote.connect()
    cycle = Cycle(folder, remote, journal, Throttle(), lambda: False)
    tally = Tally()
    result = await cycle.run(Wishes(), tally)
    if result.look.trip is not None:
        raise SystemExit(result.look.trip.text)
    journal.close()
    return tally.done


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost."""

    wall: float
    processor: float
    mebibytes: float


def timed(command: list[str]) -> tuple[float, float]:
    """The command's wall and processor seconds, its children included."""
    code = (
        "import resource as r, subprocess, sys, time; t = time.perf_counter();"
        "status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
        "u = r.getrusage(r.RUSAGE_CHILDREN);"
        "print(status, time.perf_counter() - t, u.ru_utime + u.ru_stime)"
    )
    output = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True).stdout
    status, wall, processor = output.split()
    if status != "0":
        raise SystemExit(f"{command} failed")
    return float(wall), float(processor)


def peak_memory(command: list[str]) -> float:
    """The highest sum of the proportional set sizes of the command and its children, in MiB."""
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        top = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, sum(map(proportional, family(top))))
            time.sleep(SAMPLE_SECONDS)
    return peak / (1 << 20)


def family(top: psutil.Process) -> list[psutil.Process]:
    try:
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def proportional(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def compare(base: Path, rounds: int) -> tuple[Cost, Cost]:
    """The cost of a pass of Helix and of rclone over trees that are equal."""
    helix = [sys.executable, "-m", "bench.scan", "--pass", str(base)]
    rclone = [str(RCLONE), "sync", "--config", os.devnull, str(base / "here"), str(base / "other")]
    os.sync()
    costs = [(timed(helix), timed(rclone)) for _ in range(rounds)]
    ours, theirs = (tuple(map(min, zip(*side, strict=True))) for side in zip(*costs, strict=True))
    return Cost(*ours, peak_memory(helix)), Cost(*theirs, peak_memory(rclone))


def bring_to_rest(base: Path) -> float:
    """Let Helix adopt the trees and see them unchanged; the seconds that took."""
    started = time.perf_counter()
    for _ in range(PASSES_TO_REST):
        timed([sys.executable, "-m", "bench.scan", "--pass", str(base)])
        if asyncio.run(helix_pass(base)) == 0:
            return time.perf_counter() - started
    raise SystemExit("Helix never comes to rest")


def show(files: int, ours: Cost, theirs: Cost) -> None:
    print(f"{files:<12,}{'wall s':>9}{'cpu s':>9}{'MiB':>7}")
    for name, cost in (("helix", ours), ("rclone", theirs)):
        print(f"{name:12}{cost.wall:9.2f}{cost.processor:9.2f}{cost.mebibytes:7.0f}")
    ratios = [one / other for one, other in zip(astuple(ours), astuple(theirs), strict=True)]
    print(f"{'ratio':12}{ratios[0]:9.2f}{ratios[1]:9.2f}{ratios[2]:7.2f}", flush=True)


def plot(target: Path, found: dict[int, tuple[Cost, Cost]]) -> None:
    """Wall time and memory against the number of files."""

    def curves(pick: int) -> list[Curve]:
        return [
            Curve(name, [(files, float(astuple(costs[side])[pick])) for files, costs in found.items()])
            for side, name in enumerate(("Helix", "rclone sync"))
        ]

    panels = [
        Panel("A pass with nothing to do: wall time", "seconds", curves(0)),
        Panel("Memory of all processes", "MiB", curves(2)),
    ]
    target.write_text(draw("A pass with nothing to do", "files on each side", panels))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[200_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at", type=Path, help="where to make the trees")
    parser.add_argument("--plot", type=Path, help="write the curves as SVG")
    parser.add_argument("--pass", dest="base", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.base:
        asyncio.run(helix_pass(args.base))
        return
    base = Path(tempfile.mkdtemp(prefix="helix-bench-", dir=args.at))
    found: dict[int, tuple[Cost, Cost]] = {}
    try:
        before = 0
        for files in sorted(args.files):
            for side in ("here", "there", "other"):
                grow_tree(base / side, before, files)
            before = files
            print(f"{files:,} files; brought to rest in {bring_to_rest(base):.0f} s", flush=True)
            found[files] = compare(base, args.rounds)
            show(files, *found[files])
    finally:
        shutil.rmtree(base)
    if args.plot:
        plot(args.plot, found)


if __name__ == "__main__":
    main()
