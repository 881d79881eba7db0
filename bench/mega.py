"""How fast is `mega:` beside rclone and raw mega.py, against one and the same test server?

    python -m bench.mega [--quick]

Ten minutes (`--quick`: a tenth of everything) for one table. Each client (`mega_clients.py`) runs in a process of its
own, so that its memory and its event loop's lag are its own. The server is a Python program too and often the limit:
read the ratios. Seconds are those from the client's start to its end, connecting included, but for `helix-steady`.
A daemon imports once and for all, so Helix's seconds are without that; the ratio that adds it (`start s`) to them
stands in brackets, since rclone is started for each pass. Passes are done in turn, three times: their medians are
shown. mega.py gets a file of a thirty-second of the size: its seconds are scaled up, so its ratio is one of rates.

Lag is the longest time by which the event loop came round late (`lag.py`): in all; at most by Helix's own doing; and
that of an idle loop in a process beside it, which shows the machine's part. The last line has the worst of all.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.mega_clients import EMAIL, PASSES, PASSWORD

ROOT = Path(__file__).resolve().parent.parent
RAW_SHARE = 32
"""mega.py manages 5 MB/s: it gets a thirty-second of the file, and its seconds are scaled up."""
ROUNDS = 3
"""So many times the passes are done, by all clients in turn."""


@contextmanager
def server(latency: float, nodes: int = 0) -> Iterator[str]:
    """The test server as a program."""
    command = [sys.executable, "-m", "tests.emulators.mega", "--account", f"{EMAIL}:{PASSWORD}"]
    command += ["--no-verify", "--plain", "--latency", str(latency), "--fill", str(nodes)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(30)


def client(role: str, url: str, work: Path) -> dict[str, float]:
    """Run one client in a process of its own, an idle loop beside it; seconds, MiB, milliseconds of lag."""
    command = [sys.executable, "-m", "bench.mega_clients", "--url", url, "--work", str(work), "--launched"]
    with subprocess.Popen(
        [*command, "0", "idle"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as idle:
        assert idle.stdout is not None
        idle.stdout.readline()
        launched = str(time.monotonic())
        done = subprocess.run([*command, launched, role], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        beside = json.loads(idle.communicate("enough\n")[0])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "idle": beside["lag"]}


@dataclass(frozen=True, slots=True)
class Case:
    """Clients that do the same, in turn."""

    title: str
    ours: Sequence[str]
    peers: Sequence[str]
    rounds: int = 1

    def run(self, url: str, work: Path) -> Iterator[dict[str, float]]:
        """Print a line of the table for each client; give what was found of ours."""
        found: dict[str, list[dict[str, float]]] = {}
        for _ in range(self.rounds):
            for role in (*self.ours, *self.peers):
                found.setdefault(role, []).append(client(role, url, work))
        middle = {role: {key: median(one[key] for one in all_) for key in all_[0]} for role, all_ in found.items()}
        for role, all_ in found.items():
            one = middle[role]
            cells = [self.title, role, f"{one['seconds']:.2f}", f"{one['mib']:.0f}"]
            if role in self.ours:
                cells += ["", *(f"{one[key]:.2f}" for key in ("connect", "start"))]
                cells += [f"{max(each[key] for each in all_):.0f}" for key in ("lag", "own", "idle")]
                yield from all_
            else:
                cells += [", ".join(self._ratio(one, middle[name], name) for name in self.ours), *[""] * 5]
            print(row(cells), flush=True)

    def _ratio(self, peer: dict[str, float], one: dict[str, float], name: str) -> str:
        text = f"{peer['seconds'] / one['seconds']:.1f} x {name}"
        if self.rounds == 1 or name == "helix-steady":
            return text
        return f"{text} ({peer['seconds'] / (one['seconds'] + one['start']):.1f})"


def row(cells: Sequence[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """The whole comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    options = parser.parse_args()
    mib, files, nodes = (128, 300, 5_000) if options.quick else (1024, 2_000, 50_000)
    with tempfile.TemporaryDirectory(prefix="helix-bench-") as folder:
        work = Path(folder)
        lay_out(work, mib, files)
        print(row(["case", "client", "s", "MiB", "took", "connect s", "start s", "lag ms", "own ms", "idle ms"]))
        print(row(["---"] * 10))
        ours: list[dict[str, float]] = []
        for rtt in (0.0, 0.03):
            name = f"RTT {rtt * 1000:.0f} ms"
            cases = [
                Case(f"{mib} MiB up, {name}", ["helix-up"], ["rclone-up", "raw-up"]),
                Case(f"{mib} MiB down, {name}", ["helix-down"], ["rclone-down", "raw-down"]),
                Case(f"{files} x 4 KiB up, {name}", ["helix-small"], ["rclone-small"]),
            ]
            ours += run(cases, rtt, 0, work)
        for rtt in (0.0, 0.03):
            # rclone keeps its session too: its first pass holds the login, the others do not
            title = f"no change, {nodes} nodes, RTT {rtt * 1000:.0f} ms"
            ours += run([Case(title, PASSES, ["rclone-pass"], ROUNDS)], rtt, nodes, work)
        worst = {key: max(one[key] for one in ours) for key in ("lag", "own", "idle")}
        print(
            f"The loop was late by {worst['lag']:.0f} ms at worst in {len(ours)} runs of Helix,"
            f" by its own doing at most {worst['own']:.0f} ms; an idle loop by {worst['idle']:.0f} ms."
        )


def run(cases: Sequence[Case], rtt: float, nodes: int, work: Path) -> list[dict[str, float]]:
    """The cases against one server; what was found of ours."""
    with server(rtt, nodes) as url:
        found = [one for case in cases for one in case.run(url, work)]
    forget(work)
    return found


def lay_out(work: Path, mib: int, files: int) -> None:
    """The files to move."""
    block = os.urandom(1 << 20)
    for name, count in (("big", mib), ("less", mib // RAW_SHARE)):
        with (work / name).open("wb") as file:
            for number in range(count):
                file.write(number.to_bytes(8, "big") + block[8:])
    (work / "small").mkdir()
    for number in range(files):
        (work / "small" / f"{number:05}.bin").write_bytes(number.to_bytes(8, "big") + block[:4088])


def forget(work: Path) -> None:
    """What belongs to a server that is gone."""
    for name in ("helix-big", "rclone-big", "raw-less", "rclone.conf"):
        (work / name).unlink(missing_ok=True)
    for file in (work / "home" / "mega").glob("*"):
        file.unlink()


if __name__ == "__main__":
    main()
