"""What does a first copy cost, against `rclone sync` in the same run?

    python -m bench.mirror [--files 20000] [--gib 2] [--at DIR]

Many small files, then one big one. Helix fsyncs every file and its directory, keeps a journal and hashes what it reads;
rclone does none of these. A ratio of rate to rclone's of 1.0 is the aim.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.scan import RCLONE, helix_pass, make_tree, measure, show


def make_big(root: Path, gib: int) -> None:
    root.mkdir(parents=True)
    block = os.urandom(1 << 24)
    with (root / "big").open("wb") as file:
        for _ in range(gib << 6):
            file.write(block)


def compare(base: Path, what: str) -> None:
    helix = measure([sys.executable, "-m", "bench.mirror", "--pass", str(base)])
    rclone = measure([str(RCLONE), "sync", "--config", os.devnull, str(base / "here"), str(base / "other")])
    subprocess.run(["diff", "-rq", "--exclude=.helix", str(base / "here"), str(base / "there")], check=True)
    print(f"{what}: helix's rate is {rclone.wall / helix.wall:.2f} × rclone's")
    show(helix, rclone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--gib", type=int, default=2)
    parser.add_argument("--at", type=Path, help="where to make the trees")
    parser.add_argument("--pass", dest="base", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.base:
        asyncio.run(helix_pass(args.base))
        return
    base = Path(tempfile.mkdtemp(prefix="helix-bench-", dir=args.at))
    try:
        make_tree(base / "small/here", args.files)
        compare(base / "small", f"{args.files:,} files of 64 bytes")
        make_big(base / "big/here", args.gib)
        compare(base / "big", f"one file of {args.gib} GiB")
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
