"""Places that misbehave: a small file system, a read-only one, a copy of the application that may be damaged."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helix.image import manifest
from tests.running.helix import ROOT

SHIPPED = ("helix", "services", "healthcheck", "supervisord.conf", "pyproject.toml", "requirements.lock", "Procfile")


@contextmanager
def tmpfs(place: Path | None = None, *, megabytes: int) -> Iterator[Path]:
    """Mount a small file system of its own at *place*; needs root, as in CI and in a container."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-") as made:
        place = place or Path(made)
        place.mkdir(parents=True, exist_ok=True)
        _call("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "helix-test", str(place))
        try:
            yield place
        finally:
            _call("umount", "--lazy", str(place))


@contextmanager
def application() -> Iterator[Path]:
    """Copy what an image would hold, with its manifest, to a place where it may be damaged."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-app-") as place:
        root = Path(place)
        for name in SHIPPED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / name, root / name)
        release = manifest.Release("0.0.0", "0123abc", "2026-01-01T00:00:00+00:00")
        manifest.write(root, manifest.shipped_files(root), release=release)
        yield root


@contextmanager
def environment() -> Iterator[Path]:
    """Give the Python of a copy of the virtual environment that may be damaged; linked, so it costs little."""
    source = Path(os.environ.get("VIRTUAL_ENV") or ROOT / ".venv").resolve()
    with tempfile.TemporaryDirectory(dir=source.parent, prefix=".hx-venv-") as place:
        copy = Path(place) / "venv"
        shutil.copytree(source, copy, symlinks=True, copy_function=os.link)
        yield copy / "bin" / "python"


def replace(path: Path, text: str) -> None:
    """Write a new file in the place of *path*, which may be a hard link to one that must stay."""
    path.unlink()
    path.write_text(text)


def fill(place: Path) -> Path:
    """Fill the file system of *place*; give the file to delete again."""
    filler = place / ".filler"
    # without a buffer: what is left in one would fail once more when the file is closed
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            return filler


def _call(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{' '.join(words[:2])}: {done.stderr}"
