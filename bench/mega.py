"""How fast is `mega:` beside rclone and raw mega.py, against one and the same test server?

`python bench/mega.py` (ten minutes; `--quick` for a smaller run) prints one table. Each client runs in a process of its
own, so that its memory and its event loop's lag are its own. The server is a Python program too and often the limit:
read the ratios. Seconds are those from the client's start to its end, connecting included, but for `helix-steady`.
mega.py gets a file of a thirty-second of the size: its seconds are scaled up, so its ratio is one of rates.

Lag is the longest time by which the event loop came round late: in all; at most by Helix's own doing (as far as its
process used the processor meanwhile); and that of an idle loop in a process beside it, which shows the machine's part.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# not the directory of this file: here `mega` is mega.py, not this benchmark
sys.path[0] = str(ROOT)

from helix.parsing import Secret  # noqa: E402 - the script runs from a checkout
from helix.settings import Mega as MegaSettings  # noqa: E402
from services.sync import beat  # noqa: E402
from services.sync.remotes.mega.remote import MegaRemote  # noqa: E402
from services.sync.remotes.source import Source  # noqa: E402

EMAIL, PASSWORD = "me@example.org", "secret"
RAW_SHARE = 32
"""mega.py manages 5 MB/s: it gets a thirty-second of the file, and its seconds are scaled up."""
LAG_STEP = 0.005
STEADY_PASSES = 5
PASSES = ("helix-cold", "helix-restart", "helix-steady")
"""A pass without changes: of an account never seen, after a restart, and while the program runs."""


@contextmanager
def server(latency: float, nodes: int = 0) -> Iterator[str]:
    """The test server as a program."""
    command = [sys.executable, "-m", "tests.emulators.mega", "--account", f"{EMAIL}:{PASSWORD}", "--no-verify"]
    command += ["--latency", str(latency), "--fill", str(nodes)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(30)


def client(role: str, url: str, work: Path) -> dict[str, float]:
    """Run one client in a process of its own, an idle loop beside it; seconds, MiB, milliseconds of lag."""
    command = [sys.executable, __file__, "--url", url, "--work", str(work), "--role"]
    with subprocess.Popen(
        [*command, "idle"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as idle:
        assert idle.stdout is not None
        idle.stdout.readline()
        done = subprocess.run([*command, role], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        beside = json.loads(idle.communicate("enough\n")[0])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "idle": beside["lag"]}


async def lag() -> dict[str, float]:
    """By how much the loop came round late at worst, until cancelled: in all, and at most by our own doing."""
    worst, own = 0.0, 0.0
    try:
        while True:
            due, used = time.monotonic() + LAG_STEP, time.process_time()
            await asyncio.sleep(LAG_STEP)
            late, used = time.monotonic() - due, time.process_time() - used
            worst, own = max(worst, late), max(own, min(late, used))
    except asyncio.CancelledError:
        return {"lag": worst * 1000, "own": own * 1000}


async def idle() -> dict[str, float]:
    """An event loop that has nothing to do, until a line comes in."""
    watching = asyncio.create_task(lag())
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    watching.cancel()
    return await watching


async def helix(role: str, url: str, work: Path) -> dict[str, float]:
    """Our remote."""
    if role == "helix-cold":
        for kept in (work / "home" / "mega").glob("tree-*"):
            kept.unlink()
    remote = MegaRemote(
        "fill" if role in PASSES else "helix", MegaSettings(EMAIL, Secret(PASSWORD), url), work / "home"
    )
    watching = asyncio.create_task(lag())
    started = time.monotonic()
    await remote.connect()
    connect = time.monotonic() - started
    match role:
        case "helix-up":
            await remote.upload(Source.of(str(work / "big")), "big", expect=None)
        case "helix-down":
            entry = await remote.stat("big")
            assert entry is not None
            await remote.download("big", str(work / "helix-big"), expect=entry.etag)
        case "helix-small":
            await small(remote, work / "small")
        case _:
            await listed(remote)
    seconds = time.monotonic() - started
    if role == "helix-steady":
        started = time.monotonic()
        for _ in range(STEADY_PASSES):
            await listed(remote)
        seconds = (time.monotonic() - started) / STEADY_PASSES
    await remote.close()
    watching.cancel()
    return {"seconds": seconds, "connect": connect, **await watching}


async def listed(remote: MegaRemote) -> None:
    """A pass without changes, as far as the remote has part in it."""
    count = sum([len(batch) async for batch in remote.listing()])
    assert count > 100


async def small(remote: MegaRemote, folder: Path) -> None:
    """All files of a folder, as many side by side as the remote likes."""
    gate = asyncio.Semaphore(remote.features.parallel)

    async def one(name: str) -> None:
        async with gate:
            await remote.upload(Source.of(str(folder / name)), f"small/{name}", expect=None)

    async with asyncio.TaskGroup() as group:
        for name in os.listdir(folder):
            group.create_task(one(name))


def rclone(role: str, url: str, work: Path) -> dict[str, float]:
    """Rclone as it comes, with as many transfers as helps it."""
    binary = str(Path(sys.prefix, "bin", "rclone"))
    obscured = subprocess.run([binary, "obscure", "-"], input=PASSWORD, capture_output=True, text=True, check=True)
    config = work / "rclone.conf"
    config.touch()
    own = {"TYPE": "mega", "USER": EMAIL, "PASS": obscured.stdout.strip()}
    environment = {**os.environ, "X_MEGA_API_URL": url, "RCLONE_CONFIG": str(config)}
    environment |= {f"RCLONE_CONFIG_M_{key}": value for key, value in own.items()}
    arguments = {
        "rclone-up": ["copyto", str(work / "big"), "m:rclone/big"],
        "rclone-down": ["copyto", "m:rclone/big", str(work / "rclone-big"), "--multi-thread-streams", "4"],
        "rclone-small": ["copy", str(work / "small"), "m:rclone/small", "--transfers", "16", "--checkers", "16"],
        "rclone-first": ["lsf", "--recursive", "--fast-list", "m:fill"],
        "rclone-pass": ["lsf", "--recursive", "--fast-list", "m:fill"],
    }[role]
    started = time.monotonic()
    subprocess.run([binary, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
    return {"seconds": time.monotonic() - started}


def raw(role: str, url: str, work: Path) -> dict[str, float]:
    """mega.py as it is, on a smaller file."""
    from mega import Mega  # noqa: PLC0415 - only this role needs it

    one = Mega()
    one.schema, one.domain = "http", "x@" + url.removeprefix("http://")
    one.login(EMAIL, PASSWORD)
    started = time.monotonic()
    if role == "raw-up":
        one.upload(str(work / "less"))
    else:
        one.download(one.find("less"), str(work), "raw-less")
    scale = (work / "big").stat().st_size / (work / "less").stat().st_size
    return {"seconds": (time.monotonic() - started) * scale}


def play(role: str, url: str, work: Path) -> None:
    """One client's process: print what it found."""
    kind = role.partition("-")[0]
    # as services/sync does at its start
    beat.keep()
    match kind:
        case "idle":
            found = asyncio.run(idle())
        case "helix":
            found = asyncio.run(helix(role, url, work))
        case "rclone":
            found = rclone(role, url, work)
        case _:
            found = raw(role, url, work)
    who = resource.RUSAGE_CHILDREN if kind == "rclone" else resource.RUSAGE_SELF
    print(json.dumps({**found, "mib": resource.getrusage(who).ru_maxrss / 1024}))


@dataclass(frozen=True, slots=True)
class Case:
    """Clients that do the same, one after the other."""

    title: str
    ours: Sequence[str]
    peers: Sequence[str]

    def lines(self, url: str, work: Path) -> Iterator[str]:
        """A line of the table for each client, as soon as it is through."""
        seconds: dict[str, float] = {}
        for role in (*self.ours, *self.peers):
            found = client(role, url, work)
            seconds[role] = found["seconds"]
            cells = [self.title, role, f"{found['seconds']:.2f}", f"{found['mib']:.0f}"]
            if role in self.ours:
                cells += ["", *(f"{found[key]:.2f}" for key in ("connect", "lag", "own", "idle"))]
            else:
                ratios = ", ".join(f"{seconds[role] / seconds[name]:.1f} x {name}" for name in self.ours)
                cells += [ratios, "", "", "", ""]
            yield row(cells)


def row(cells: Sequence[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """The whole comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        play(options.role, options.url, options.work)
        return
    mib, files, nodes = (128, 300, 5_000) if options.quick else (1024, 2_000, 50_000)
    with tempfile.TemporaryDirectory(prefix="helix-bench-") as folder:
        work = Path(folder)
        lay_out(work, mib, files)
        print(row(["case", "client", "s", "MiB", "took", "connect s", "lag ms", "own ms", "idle ms"]))
        print(row(["---"] * 9))
        for rtt in (0.0, 0.03):
            name = f"RTT {rtt * 1000:.0f} ms"
            cases = [
                Case(f"{mib} MiB up, {name}", ["helix-up"], ["rclone-up", "raw-up"]),
                Case(f"{mib} MiB down, {name}", ["helix-down"], ["rclone-down", "raw-down"]),
                Case(f"{files} x 4 KiB up, {name}", ["helix-small"], ["rclone-small"]),
            ]
            run(cases, rtt, 0, work)
        # rclone keeps its session too: its first pass holds the login, its second does not
        run([Case(f"no change, {nodes} nodes, RTT 30 ms", PASSES, ["rclone-first", "rclone-pass"])], 0.03, nodes, work)


def run(cases: Sequence[Case], rtt: float, nodes: int, work: Path) -> None:
    """The cases against one server."""
    with server(rtt, nodes) as url:
        for case in cases:
            for line in case.lines(url, work):
                print(line, flush=True)
    forget(work)


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
