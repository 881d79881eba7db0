"""Small repositories for tests: written to a folder, put to the check, and summed up in short tuples."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from helix.image import context as contexts
from helix.image import dockerfile
from helix.image.build import Builder, Image
from helix.image.check import Options, check
from helix.image.findings import Report, Severity

PYTHON = "FROM python:3.12-slim\nWORKDIR /app\n"


def write(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def report(root: Path, files: Mapping[str, str], *entries: str) -> Report:
    return check(write(root, files), Options(entries=entries))


def found(root: Path, files: Mapping[str, str], *entries: str) -> list[tuple[str, str, str]]:
    """Give severity, kind and name of all findings."""
    made = report(root, files, *entries)
    return [(str(one.severity), str(one.kind), one.name) for one in made.everything]


def errors(root: Path, files: Mapping[str, str], *entries: str) -> list[tuple[str, str]]:
    """Give kind and name of the errors."""
    made = report(root, files, *entries)
    assert made.reasons == ()
    return [(str(one.kind), one.name) for one in made.everything if one.severity is Severity.ERROR]


def image(root: Path, files: Mapping[str, str]) -> Image:
    """Play the build of a repository."""
    write(root, files)
    ignore = contexts.find_ignore_file(root, root / "Dockerfile")
    parsed = dockerfile.parse(files["Dockerfile"])
    return Builder(parsed, contexts.load(root, ignore), {}).final()


def paths(made: Image) -> dict[str, str | None]:
    """Give for each file of the image where it came from."""
    return {path: origin.source for path, origin in made.system.files.items()}


def git(root: Path, *words: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(root), *words]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
