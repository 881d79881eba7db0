"""The image of this checkout, built once by the shipped Dockerfile."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.podman import Podman
from tests.running.helix import ROOT

# podman, runc and mmdebstrap: Linux only
collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]

COMMIT = "c0ffee0123456789"


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """Build the image; the base image and unchanged layers are kept between runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "helix-test-container"
    made = Podman(cache)
    with tempfile.TemporaryDirectory() as context:
        # what git has, as a platform would check it out
        for name in (
            "Dockerfile",
            ".dockerignore",
            "requirements.lock",
            "pyproject.toml",
            "README.md",
            "supervisord.conf",
        ):
            shutil.copy2(ROOT / name, context)
        for name in ("helix", "services", "healthcheck", "tests/shape"):
            shutil.copytree(ROOT / name, Path(context) / name, ignore=shutil.ignore_patterns("__pycache__"))
        made.build(Path(context), f"--build-arg=HELIX_COMMIT={COMMIT}")
    yield made
