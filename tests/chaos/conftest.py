"""What the chaos tests need: one running Helix for those that heal it again, and places that can be full or read-only."""

import sys
from collections.abc import Iterator

import pytest

from tests.chaos.places import tmpfs
from tests.running import Helix, start_helix

# mounts and /proc: Linux only
collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]

__all__ = ["helix", "tmpfs"]


@pytest.fixture(scope="module")
def running() -> Iterator[Helix]:
    with start_helix() as helix:
        helix.wait_ready()
        yield helix


@pytest.fixture
def helix(running: Helix) -> Iterator[Helix]:
    """Give a ready Helix, and see that the test has left it ready."""
    running.wait_ready()
    yield running
    running.wait_ready()
