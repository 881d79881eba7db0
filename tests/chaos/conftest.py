"""What the chaos tests need: one running Helix for the tests that heal it again."""

import sys
from collections.abc import Iterator

import pytest

from tests.running import Helix, start_helix

# mounts and /proc: Linux only
collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]


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
