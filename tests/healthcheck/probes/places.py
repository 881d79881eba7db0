"""Small applications to be probed: a tree with a supervisord.conf and one program, started by this Python."""

import os
import sys
from pathlib import Path

from healthcheck.probes.probe import Place

CONF = """[supervisord]
nodaemon=true

[program:app]
command=python -m app
directory={directory}
"""


def write(root: Path, files: dict[str, str]) -> None:
    """Write *files* (path: text) below *root*."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def application(root: Path, *, directory: str = "%(here)s", **files: str) -> None:
    """Write a program `app` that is well; *files* adds or replaces modules of it (`work` is app/work.py)."""
    modules = {"__init__": "", "__main__": "from app import work\n", "work": "import json\n", **files}
    write(root, {f"app/{name}.py": text for name, text in modules.items()})
    write(root, {"supervisord.conf": CONF.format(directory=directory)})


def place(root: Path, python: str = sys.executable, **env: str) -> Place:
    """Give the place of *root*, started with *python* first on PATH."""
    path = os.path.dirname(python) + os.pathsep + os.environ["PATH"]
    return Place(root, {"PATH": path, "HELIX_HOME": str(root / "var"), **env}, root)
