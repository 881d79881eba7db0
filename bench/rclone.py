"""What does a remote through rclone cost, against plain `rclone sync` to the same place in the same run?

    python -m bench.rclone [--quick] [--at DIR]

A first copy of small files and of a big one, and passes that have nothing to do, to a directory, to an S3 server
(moto, a Python program and mostly the limit: read the ratios, and the requests), and to SFTP and WebDAV served by
rclone. Each client runs in a process of its own; Helix's memory and its loop's lag are those of sync, with the resident
rclone's memory beside them.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from moto.server import ThreadedMotoServer

from bench.lag import lag
from bench.scan import RCLONE, grow_tree, timed
from helix.parsing import DeleteLimit
from helix.settings import Folder
from services.sync.apply.executor import Tally
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle, Wishes
from services.sync.journal.journal import Journal
from services.sync.remotes.rclone.remote import RcloneRemote
from tests.services.sync.remotes.rcd import Rcd, obscured

S3 = {"TYPE": "s3", "PROVIDER": "Other", "ACCESS_KEY_ID": "me", "SECRET_ACCESS_KEY": "secret"}


class Requests(logging.Handler):
    """How many requests the S3 server has answered."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, _record: logging.LogRecord) -> None:
        """One line of its log is one request."""
        self.count += 1

    def taken(self) -> int:
        """Those since it was last asked."""
        count, self.count = self.count, 0
        return count


@dataclass(frozen=True, slots=True)
class Target:
    """A backend as both clients reach it; `requests` where its server counts them."""

    name: str
    remote: str
    path: str
    rcd: Rcd
    requests: Requests | None = None


async def helix_pass(base: Path, remote: RcloneRemote) -> dict[str, float]:
    """One pass of the engine: seconds, milliseconds of lag, actions."""
    folder = Folder("files", base / "here", "", "two-way", 300, 0, DeleteLimit(0.5, 1000), 30)
    journal = Journal(str(base / "journal.db"))
    await remote.connect()
    cycle = Cycle(folder, remote, journal, Throttle(), lambda: False)
    watching = asyncio.create_task(lag())
    started, tally = time.perf_counter(), Tally()
    result = await cycle.run(Wishes(), tally)
    seconds = time.perf_counter() - started
    watching.cancel()
    if result.look.trip is not None or tally.failed:
        raise SystemExit(f"{result.look.trip} {tally.failures}")
    journal.close()
    await remote.close()
    return {"seconds": seconds, **await watching, "done": tally.done}


def ours(base: Path, target: Target, name: str) -> dict[str, float]:
    """Helix's pass in a process of its own."""
    command = [sys.executable, "-m", "bench.rclone", "--pass", str(base), "--remote", target.remote]
    command += ["--path", f"{target.path}/{name}", "--socket", target.rcd.socket]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    found["rcd"] = peak_of(target.rcd.process.pid)
    return found


def theirs(base: Path, target: Target, name: str) -> float:
    """The seconds of plain rclone, with the same settings."""
    os.environ.update(target.rcd.environment)
    os.environ["RCLONE_CONFIG"] = str(target.rcd.home / "rclone" / "rclone.conf")
    wall, _ = timed([str(RCLONE), "sync", str(base / "here"), f"{target.remote}:{target.path}/{name}"])
    return wall


def peak_of(pid: int) -> float:
    """The peak memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def compare(title: str, base: Path, target: Target) -> None:
    """One pass of each; the names on the remote are apart, so that neither finds the other's files."""
    helix = ours(base, target, f"{base.name}-helix")
    asked = target.requests.taken() if target.requests else None
    text = f"{target.name:7}{title:34}helix {helix['seconds']:7.2f} s, lag {helix['lag']:4.0f} ms, "
    text += f"{helix['mib']:4.0f} + {helix['rcd']:4.0f} MiB"
    rclone = theirs(base, target, f"{base.name}-rclone")
    text += f"   rclone {rclone:7.2f} s   {rclone / helix['seconds']:5.2f} times as fast"
    if target.requests:
        text += f"   requests {asked:,} to {target.requests.taken():,}"
    print(text, flush=True)


def make_big(root: Path, mib: int) -> None:
    """One file that nothing can make smaller."""
    root.mkdir(parents=True)
    with (root / "big").open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(1 << 20))


@contextmanager
def targets(at: Path) -> Iterator[list[Target]]:
    """A directory, an object store, and two servers of files."""
    requests, log = Requests(), logging.getLogger("werkzeug")
    log.setLevel(logging.INFO)
    log.addHandler(requests)
    log.propagate = False
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {f"RCLONE_CONFIG_STORE_{key}": value for key, value in S3.items()}
    settings |= {"RCLONE_CONFIG_STORE_ENDPOINT": f"http://{host}:{port}", "RCLONE_CONFIG_HERE_TYPE": "local"}
    settings |= {"RCLONE_CONFIG_SSH_TYPE": "sftp", "RCLONE_CONFIG_SSH_USER": "me"}
    settings |= {"RCLONE_CONFIG_SSH_PASS": obscured("pw"), "RCLONE_CONFIG_DAV_TYPE": "webdav"}
    try:
        with Rcd(**settings) as rcd:
            ssh_host, _, ssh_port = rcd.serve("sftp", user="me", **{"pass": "pw"}).rpartition(":")
            yield [
                Target("local", "here", str(at / "remote"), rcd),
                Target("S3", "store", "bucket", rcd, requests),
                Target("SFTP", f"ssh,host={ssh_host},port={ssh_port}", "x", rcd),
                Target("WebDAV", f"dav,vendor=rclone,url='http://{rcd.serve('webdav')}'", "x", rcd),
            ]
    finally:
        server.stop()


def run(at: Path, small: int, tree: int, mib: int) -> None:
    """The whole comparison."""
    grow_tree(at / "small/here", 0, small)
    make_big(at / "big/here", mib)
    grow_tree(at / "tree/here", 0, tree)
    with targets(at) as found:
        for target in found:
            compare(f"{small:,} files of 64 bytes", at / "small", target)
            compare(f"no change, {small:,} files", at / "small", target)
            compare(f"{mib:,} MiB", at / "big", target)
            for name in ("small", "big"):
                for file in at.glob(f"{name}/journal.db*"):
                    file.unlink()
        local = found[0]
        compare(f"{tree:,} files of 64 bytes", at / "tree", local)
        compare(f"no change, {tree:,} files", at / "tree", local)


def main() -> None:
    """All of it, or one pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--at", type=Path, help="where to make the trees")
    for option in ("--pass", "--remote", "--path", "--socket"):
        parser.add_argument(option, dest=option.strip("-").replace("pass", "base"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.base:
        found = asyncio.run(helix_pass(Path(options.base), RcloneRemote(options.remote, options.path, options.socket)))
        # not ru_maxrss: a process inherits that of the one which started it
        found["mib"] = peak_of(os.getpid())
        print(json.dumps(found))
        return
    at = Path(tempfile.mkdtemp(prefix="helix-bench-", dir=options.at))
    try:
        run(at, *((200, 2_000, 96) if options.quick else (2_000, 20_000, 1024)))
    finally:
        shutil.rmtree(at)


if __name__ == "__main__":
    main()
