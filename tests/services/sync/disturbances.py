"""What can happen to a tree of files between two passes, at random?"""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

NAMES = ("a", "b", "a.b", "é", "x.tmp", "n\nl", ".helixignore")
FOLDERS = ("", "d", "d/e", "d/e/f", "d!", "cache", "cache/in", "é")


def disturb(rng: random.Random, root: Path) -> None:
    """One change in the tree; what it makes impossible is none."""
    path, other = (root / rng.choice(FOLDERS) / rng.choice(NAMES) for _ in range(2))
    try:
        rng.choice(CHANGES)(rng, path, other)
    except (OSError, shutil.Error):
        return


def write(rng: random.Random, path: Path, _other: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ignoring = rng.choice(("*.tmp\n", "cache/\n", "b\n!d/b\n"))
    path.write_text(ignoring if path.name == ".helixignore" else str(rng.randrange(1000)))


def edit_behind(rng: random.Random, path: Path, _other: Path) -> None:
    write_behind(path, "".join(rng.choice("0123456789") for _ in range(path.stat().st_size)))


def change_mode(rng: random.Random, path: Path, _other: Path) -> None:
    path.chmod(rng.choice((0o600, 0o644)))


def delete(_rng: random.Random, path: Path, _other: Path) -> None:
    path.unlink()


def delete_tree(_rng: random.Random, path: Path, _other: Path) -> None:
    if path.parent.name not in ("here", "there"):
        shutil.rmtree(path.parent)


def rename(_rng: random.Random, path: Path, other: Path) -> None:
    if not other.exists():
        path.rename(other)


def rename_tree(_rng: random.Random, path: Path, other: Path) -> None:
    if path.parent.name not in ("here", "there"):
        path.parent.rename(other.parent / "moved")


def link(_rng: random.Random, path: Path, _other: Path) -> None:
    path.symlink_to("nowhere")


CHANGES: tuple[Callable[[random.Random, Path, Path], None], ...] = (
    write,
    write,
    write,
    edit_behind,
    change_mode,
    delete,
    delete_tree,
    rename,
    rename_tree,
    link,
)


def write_behind(path: Path, content: str) -> None:
    """Edit in place and set the mtime back: only the ctime tells."""
    kept = path.stat()
    path.write_text(content)
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
