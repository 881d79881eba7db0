"""The repository's own files, as git knows them, for the shape rules."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helix", "services", "healthcheck")


@cache
def tracked() -> tuple[str, ...]:
    """Every path that git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    return tuple(path for path in listed.stdout.splitlines() if (ROOT / path).is_file())


def python_files(*tops: str) -> list[str]:
    """Every Python file below *tops*; fixtures of faulty repositories are not ours to judge."""
    return [
        path
        for path in tracked()
        if path.endswith(".py") and path.split("/")[0] in tops and not path.startswith("tests/image/failures/")
    ]


@cache
def text(path: str) -> str:
    """Give a file's text; empty for a binary one."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def parsed(path: str) -> ast.Module:
    """Parse a Python file."""
    return ast.parse(text(path), filename=path)
