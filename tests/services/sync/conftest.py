"""What tests share: a sync that is ready, a PostgreSQL server with a schema for each test, and two empty trees."""

import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.services.sync.postgres import Server, server
from tests.services.sync.running import Sync, home, running

# inotify's queue
collect_ignore = [] if sys.platform == "linux" else ["test_watch_overflow.py"]


@pytest.fixture
async def sync() -> AsyncIterator[Sync]:
    """The real program, ready, on a home of its own."""
    with home() as place:
        async with running(place) as sync:
            await sync.ready()
            yield sync


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


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """The local folder, and a remote that is a disk."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    return here, there
