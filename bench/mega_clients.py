"""What does each client of the MEGA benchmark do, in a process of its own?

`bench/mega.py` starts it with a role, such as `helix-up`, and reads the last line that it prints.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench.lag import idle, lag
from helix.parsing import Secret
from helix.settings import Mega as MegaSettings
from services.sync import beat
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source

EMAIL, PASSWORD = "me@example.org", "secret"
STEADY_PASSES = 5
PASSES = ("helix-cold", "helix-restart", "helix-steady")
"""A pass without changes: of an account never seen, after a restart, and while the program runs."""


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


def main() -> None:
    """Play one role and print what was found: seconds, MiB, milliseconds of lag."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role")
    parser.add_argument("--url", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--launched", type=float, required=True, help="monotonic time when it was started")
    options = parser.parse_args()
    start = time.monotonic() - options.launched
    # as services/sync does at its start
    beat.keep()
    kind = options.role.partition("-")[0]
    match kind:
        case "idle":
            found = asyncio.run(idle())
        case "helix":
            found = asyncio.run(helix(options.role, options.url, options.work))
        case "rclone":
            found = rclone(options.role, options.url, options.work)
        case _:
            found = raw(options.role, options.url, options.work)
    who = resource.RUSAGE_CHILDREN if kind == "rclone" else resource.RUSAGE_SELF
    print(json.dumps({**found, "start": start, "mib": resource.getrusage(who).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
