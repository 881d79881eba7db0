"""What does a first copy cost, against `rclone sync` in the same run?

    python -m bench.mirror [--files 20000] [--gib 2] [--rounds 3] [--at DIR]

Many small files, then the same files once more with the journal lost (both tools compare contents), then as many in
the other direction (a restore), then one big file.
Helix makes every content and every name durable, keeps a journal and hashes what it reads; rclone's copy is in the page
cache when it ends. So that neither tool pays for the other's unwritten pages, all is flushed (`sync`) before each run;
a last line says what rclone takes with a flush of its own. The tools take turns in going first. The sources were
just read, and are in the page cache as far as memory goes. The best of all rounds counts; a ratio of rates of 1.0 is
the aim. No round begins when two minutes were spent: with 200,000 files or 10 GiB one round may be all there is.
The small copies of earlier rounds are set aside, not deleted: a file system may be slow to make files soon after many
were deleted (ext4 without a journal looks at each inode that went within a minute, and does not use it again), which
would be charged to whoever makes them. Memory is looked at four times a second in the same rounds. The program is
compiled first, as the image has it. Needs room for three copies of the big file.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.scan import RCLONE, Cost, compile_program, family, grow_tree, helix_pass, proportional, show, timed

ROUNDS_SECONDS = 120.0
SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Place:
    """Where one case is measured: a source, and a target for each tool."""

    base: Path
    clear: Callable[[Path], object]
    """Takes a copy away."""
    down: bool = False
    """A restore: from the remote to the folder."""

    @property
    def source(self) -> Path:
        """What is copied."""
        return self.base / ("there" if self.down else "here")

    @property
    def ours(self) -> Path:
        """Helix's copy."""
        return self.base / ("here" if self.down else "there")

    @property
    def theirs(self) -> Path:
        """The copy of rclone."""
        return self.base / "other"

    def helix(self) -> list[str]:
        """The command for one pass of Helix."""
        return helix_pass(self.base)

    def rclone(self, *options: str) -> list[str]:
        """The command for one `rclone sync`."""
        command = [str(RCLONE), "sync", "--config", os.devnull, "--exclude", "/.helix/**", *options]
        return [*command, str(self.source), str(self.theirs)]

    def forget(self) -> None:
        """As if nothing had ever been synced."""
        for side in (self.source, self.ours):
            shutil.rmtree(side / ".helix", ignore_errors=True)
        for journal in self.base.glob("journal.db*"):
            journal.unlink()

    def empty(self) -> None:
        """Have no copies."""
        self.forget()
        for target in (self.ours, self.theirs):
            if target.exists():
                self.clear(target)

    def check(self) -> None:
        """Both copies are whole."""
        for target in (self.ours, self.theirs):
            subprocess.run(["diff", "-rq", "--exclude=.helix", str(self.source), str(target)], check=True)


def in_turn(rounds: int, prepare: Callable[[], None], *commands: list[str]) -> list[Cost]:
    """The best cost of each command; each round begins with another one, and none begins after `ROUNDS_SECONDS`."""
    seen: list[list[Cost]] = [[] for _ in commands]
    began = time.monotonic()
    for number in range(rounds):
        if number and time.monotonic() - began > ROUNDS_SECONDS:
            break
        prepare()
        for turn in range(len(commands)):
            which = (number + turn) % len(commands)
            os.sync()
            seen[which].append(measured(commands[which]))
    return [
        Cost(min(cost.wall for cost in found), min(cost.processor for cost in found), max(c.mebibytes for c in found))
        for found in seen
    ]


def measured(command: list[str]) -> Cost:
    """Run a command; its memory is looked at meanwhile, seldom enough to cost neither tool anything."""
    ended, peaks = threading.Event(), [0]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    top = psutil.Process(process.pid)

    def look() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peaks.append(sum(map(proportional, family(top))))

    looking = threading.Thread(target=look)
    looking.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    looking.join()
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return Cost(wall, used.ru_utime + used.ru_stime, max(peaks) / (1 << 20))


def copy(what: str, place: Place, files: int, rounds: int) -> None:
    ours, theirs = in_turn(rounds, place.empty, place.helix(), place.rclone())
    place.check()
    print(f"\nfirst copy, {what}: helix's rate is {theirs.wall / ours.wall:.2f} × rclone's")
    show(files, ours, theirs)
    place.clear(place.theirs)
    os.sync()
    flushed, _ = timed(["sh", "-c", '"$@" && sync', "sh", *place.rclone()])
    print(f"rclone and a flush: {flushed:.2f} s; helix's rate is {flushed / ours.wall:.2f} × that", flush=True)


def adopt(what: str, place: Place, files: int, rounds: int) -> None:
    ours, theirs = in_turn(rounds, place.forget, place.helix(), place.rclone("--checksum"))
    place.check()
    print(f"\nlost journal, {what}: helix's rate is {theirs.wall / ours.wall:.2f} × that of rclone --checksum")
    show(files, ours, theirs)


def set_aside(copy: Path) -> None:
    """Take it away without deleting anything."""
    copy.rename(Path(tempfile.mkdtemp(prefix="aside-", dir=copy.parent)) / copy.name)


def read_once(root: Path) -> None:
    """So that no tool pays for noting that a file was read for the first time."""
    for directory, _, names in os.walk(root):
        for name in names:
            Path(directory, name).read_bytes()


def make_big(root: Path, gib: int) -> None:
    root.mkdir(parents=True)
    block = os.urandom(1 << 24)
    with (root / "big").open("wb") as file:
        for _ in range(gib << 6):
            file.write(block)


@contextmanager
def room(at: Path | None) -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="helix-bench-", dir=at))
    try:
        yield base
    finally:
        shutil.rmtree(base)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--gib", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at", type=Path, help="where to make the trees")
    args = parser.parse_args()
    compile_program()
    if args.files:
        with room(args.at) as base, room(args.at) as other:
            small, restored = Place(base, set_aside), Place(other, set_aside, down=True)
            for place in (small, restored):
                grow_tree(place.source, 0, args.files)
                read_once(place.source)
            copy(f"{args.files:,} files of 64 bytes", small, args.files, args.rounds)
            adopt(f"{args.files:,} equal files", small, args.files, args.rounds)
            copy(f"{args.files:,} files of 64 bytes, a restore", restored, args.files, args.rounds)
    if args.gib:
        with room(args.at) as base:
            big = Place(base, shutil.rmtree)
            make_big(big.source, args.gib)
            copy(f"one file of {args.gib} GiB", big, 1, args.rounds)


if __name__ == "__main__":
    main()
