"""One database and one clock for the contenders of a test."""

from pathlib import Path

import pytest

from services.sync.leases.sqlite import SqliteStore
from tests.contracts.lease_contract import Clock
from tests.services.sync.leases.two_lines import Rows


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """One database."""
    return lambda name: SqliteStore(str(tmp_path / "lease.db"), name)
