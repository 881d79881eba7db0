"""What does a pass over an unchanged folder cost, against `rclone sync` in the same run?

    python -m bench.scan [--files 200000] [--rounds 3] [--at /dev/shm]
    python -m bench.scan --files 10000 100000 250000 500000 1000000 --plot docs/scan-cost.svg

Makes trees of 64-byte files, lets Helix adopt them, then measures passes that have nothing to do, each in a process of
its own, in turns: wall time and processor time, the start of the program included. The best of all rounds counts.
A row of its own shows the same pass in a program that runs already, as the daemon's does; it has no memory of its own.
Memory is measured in a round of its own, for both in the same way: the proportional set size of the process and all
its children, added up every few milliseconds; the highest sum counts. Several numbers of files grow the same trees.
The program is compiled first, as the image has it. rclone's copy is made of hard links to Helix's: each tool looks at
as many names and as many inodes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

import psutil

from bench.plot import Curve, Panel, draw

PER_DIRECTORY = 100
STAMP_NS = 1_700_000_000 * 10**9
SAMPLE_SECONDS = 0.01
PASSES_TO_REST = 6
RCLONE = Path(sys.executable).with_name("rclone")


def grow_tree(root: Path, start: int, end: int) -> None:
    """Files number `start` to `end`, a hundred in a directory, with one mtime."""
    for number, file in _files(root, start, end):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(descriptor, b"%064d" % number)
        os.utime(descriptor, ns=(STAMP_NS, STAMP_NS))
        os.close(descriptor)


def grow_trees(base: Path, start: int, end: int) -> None:
    """The two trees of Helix, and rclone's copy as links to the second."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda side: grow_tree(base / side, start, end), ("here", "there")))
    for (_, file), (_, link) in zip(
        _files(base / "there", start, end), _files(base / "other", start, end), strict=True
    ):
        os.link(file, link)


def _files(root: Path, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The number and the path of each file; its directory is made."""
    for number in range(start, end):
        directory = f"{root}/d{number // PER_DIRECTORY // 50}/e{number // PER_DIRECTORY}"
        if number % PER_DIRECTORY == 0:
            os.makedirs(directory, exist_ok=True)
        yield number, f"{directory}/file{number}.txt"


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


@dataclass(frozen=True, slots=True)
class Found:
    """What a pass over so many files cost."""

    ours: Cost
    running: Cost
    """Of Helix in a program that runs already; its memory is not measured."""
    theirs: Cost


def helix_pass(base: Path, *options: str) -> list[str]:
    """The command for one pass of Helix."""
    return [sys.executable, "-m", "bench.one_pass", str(base), *options]


def told(command: list[str]) -> list[float]:
    """What the program prints: wall seconds, processor seconds, actions."""
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [float(figure) for figure in output.split()]


def compare(base: Path, rounds: int) -> Found:
    """The cost of a pass of Helix and of rclone over trees that are equal."""
    helix = helix_pass(base)
    rclone = [str(RCLONE), "sync", "--config", os.devnull, str(base / "here"), str(base / "other")]
    os.sync()
    costs = [(timed(helix), tuple(told(helix_pass(base, "--running"))[:2]), timed(rclone)) for _ in range(rounds)]
    ours, running, theirs = (tuple(map(min, zip(*side, strict=True))) for side in zip(*costs, strict=True))
    return Found(Cost(*ours, peak_memory(helix)), Cost(*running, 0.0), Cost(*theirs, peak_memory(rclone)))


def bring_to_rest(base: Path) -> None:
    """Let Helix adopt the trees and see them unchanged."""
    for _ in range(PASSES_TO_REST):
        if told(helix_pass(base))[-1] == 0:
            return
    raise SystemExit("Helix never comes to rest")


def show(files: int, ours: Cost, theirs: Cost) -> None:
    print(f"{files:<12,}{'wall s':>9}{'cpu s':>9}{'MiB':>7}")
    for name, cost in (("helix", ours), ("rclone", theirs)):
        print(f"{name:12}{cost.wall:9.2f}{cost.processor:9.2f}{cost.mebibytes:7.0f}")
    show_ratio("ratio", astuple(ours), astuple(theirs))


def show_ratio(name: str, ours: Iterable[float], theirs: Iterable[float]) -> None:
    """A cost that was too short to be seen has no ratio."""
    told = [
        f"{one / other:{width}.2f}" if other else "-".rjust(width)
        for one, other, width in zip(ours, theirs, (9, 9, 7), strict=False)
    ]
    print(name.ljust(12) + "".join(told))


def show_running(cost: Cost, theirs: Cost) -> None:
    print(f"{'running':12}{cost.wall:9.2f}{cost.processor:9.2f}")
    show_ratio("ratio", (cost.wall, cost.processor), astuple(theirs))


def plot(target: Path, found: dict[int, Found]) -> None:
    """Wall time and memory against the number of files."""

    def curve(name: str, pick: Callable[[Found], float]) -> Curve:
        return Curve(name, [(files, pick(costs)) for files, costs in found.items()])

    wall = [
        curve("Helix", lambda one: one.ours.wall),
        curve("rclone sync", lambda one: one.theirs.wall),
        curve("Helix, running", lambda one: one.running.wall),
    ]
    memory = [
        curve("Helix", lambda one: one.ours.mebibytes),
        curve("rclone sync", lambda one: one.theirs.mebibytes),
    ]
    panels = [
        Panel("A pass with nothing to do: wall time", "seconds", wall),
        Panel("Memory of all processes", "MiB", memory),
    ]
    target.write_text(draw("A pass with nothing to do", "files on each side", panels))


def compile_program() -> None:
    """As the image has it: nobody's start is charged with that."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "helix", "services", "bench"], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[200_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at", type=Path, help="where to make the trees")
    parser.add_argument("--plot", type=Path, help="write the curves as SVG")
    args = parser.parse_args()
    compile_program()
    base = Path(tempfile.mkdtemp(prefix="helix-bench-", dir=args.at))
    found: dict[int, Found] = {}
    try:
        before = 0
        for files in sorted(args.files):
            began = time.perf_counter()
            grow_trees(base, before, files)
            grown, before = time.perf_counter(), files
            bring_to_rest(base)
            rested = time.perf_counter()
            found[files] = compare(base, args.rounds)
            show(files, found[files].ours, found[files].theirs)
            show_running(found[files].running, found[files].theirs)
            print(f"made in {grown - began:.0f} s, brought to rest in {rested - grown:.0f} s", flush=True)
            if args.plot:
                plot(args.plot, found)
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
