"""What the tests of the shared package have in common."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def root_logger_restored() -> Iterator[None]:
    """Take away what a test of the logs has put on the root logger."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
