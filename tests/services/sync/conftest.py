"""What tests with a database share: one PostgreSQL server, and a schema of its own for each test."""

import secrets
import sys
from collections.abc import Iterator

import pytest

from tests.services.sync.postgres import Server, server

# inotify's queue
collect_ignore = [] if sys.platform == "linux" else ["test_watch_overflow.py"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One for all; a test that stops it starts it again."""
    with server() as running:
        yield running


@pytest.fixture
def database_url(postgres: Server) -> str:
    schema = f"s{secrets.token_hex(4)}"
    postgres.sql(f"CREATE SCHEMA {schema}")
    return postgres.url(query=f"?options=-csearch_path%3D{schema}")
