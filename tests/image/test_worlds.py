"""Does the check agree with the truth, made by really copying the files and importing in a fresh interpreter?

HELIX_IMAGE_WORLDS sets how many worlds are tried, HELIX_IMAGE_SEED where to begin.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from helix.image.check import check
from helix.image.findings import Report, Severity
from tests.image.worlds import World, generate

COUNT = int(os.environ.get("HELIX_IMAGE_WORLDS", "160"))
FIRST = int(os.environ.get("HELIX_IMAGE_SEED", "1"))
SHARES = 4


@dataclass(frozen=True)
class Truth:
    """Whether the program starts, and which module or file Python missed first."""

    starts: bool
    missing: str
    output: str


def truth(world: World, root: Path, image: Path) -> Truth:
    refused = world.play(root, image)
    if refused:
        return Truth(False, "", f"the builder refuses {refused}")
    folder = image / world.workdir[1:]
    environment = {"PATH": os.environ["PATH"]}
    if world.python_path:
        items = [str(image) + item if item else "" for item in world.python_path]
        environment["PYTHONPATH"] = ":".join(items)
    command = [sys.executable, "-S", "-B", *world.command[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"No module named '?([\w.]+)|cannot import name '(\w+)'|No such file[^']*'([^']+)'", done.stderr)
    missing = next((group for group in found.groups() if group), "") if found else ""
    return Truth(done.returncode == 0, missing, done.stderr)


def errors(report: Report) -> list[str]:
    return [finding.name for finding in report.everything if finding.severity is Severity.ERROR]


def story(seed: int, world: World, real: Truth, report: Report) -> str:
    files = "\n".join(f"--- {path}\n{text}" for path, text in sorted(world.files.items()))
    findings = "\n".join(f"{finding.severity} {finding.name}: {finding.message}" for finding in report.everything)
    return (
        f"seed {seed}: starts={real.starts}, verdict={report.verdict}\n{files}\n--- .dockerignore\n"
        f"{world.ignore}\n--- Dockerfile\n{world.dockerfile()}\n{real.output}\n{findings}\n{report.reasons}"
    )


@pytest.mark.parametrize("share", range(SHARES))
def test_the_check_agrees_with_python_on_random_repositories(share: int, tmp_path: Path) -> None:
    seeds = range(FIRST + share, FIRST + COUNT, SHARES)
    started = 0
    for seed in seeds:
        world = generate(seed)
        root, image = tmp_path / f"{seed}" / "repo", tmp_path / f"{seed}" / "image"
        root.mkdir(parents=True)
        world.write(root)
        real = truth(world, root, image)

        report = check(root)

        if "partially initialized module" in real.output:
            # a circular import fails in every checkout, whatever the image holds
            continue
        started += real.starts
        assert bool(errors(report)) == (not real.starts), story(seed, world, real, report)
        if real.missing:
            last = real.missing.rpartition("/")[2]
            assert any(last in name for name in errors(report)), story(seed, world, real, report)
    print(f"seeds {seeds.start} to {seeds.stop - 1} step {SHARES}: {len(seeds)} worlds, {started} of them start")
    assert 0 < started < len(seeds)
