"""Does each store keep the promises of a lease?"""

from pathlib import Path

import pytest

from helix.parsing import Secret
from services.sync.lease import LeaseStore
from services.sync.leases.database import Database
from services.sync.leases.postgres import PostgresStore
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.leases.sqlite import SqliteStore
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote, Store
from tests.contracts.lease_contract import ExactLeaseContract, LeaseContract, Stores
from tests.services.sync.leases.two_lines import doubled

pytestmark = pytest.mark.xdist_group("postgres")


class TestFileOnARemoteThatCompares(ExactLeaseContract):
    @pytest.fixture
    def stores(self) -> Stores:
        shared = Store()
        return lambda _name: RemoteFileStore(MemoryRemote(shared))


class TestFileOnARemoteThatLooksFirst(LeaseContract):
    @pytest.fixture
    def stores(self, tmp_path: Path) -> Stores:
        return lambda _name: RemoteFileStore(LocalRemote(str(tmp_path)))


class TestSqlite(ExactLeaseContract):
    @pytest.fixture
    def stores(self, tmp_path: Path) -> Stores:
        return lambda _name: SqliteStore(str(tmp_path / "lease.db"), "files")


class TestPostgres(ExactLeaseContract):
    @pytest.fixture
    def stores(self, databases: list[Database]) -> Stores:
        return lambda _name: PostgresStore(databases.pop(), "files")


class TestSqliteAndAFile(ExactLeaseContract):
    @pytest.fixture
    def stores(self, tmp_path: Path) -> Stores:
        def rows(name: str) -> LeaseStore:
            return SqliteStore(str(tmp_path / "lease.db"), name)

        return lambda owner: doubled(rows, LocalRemote(str(tmp_path)), owner)


class TestPostgresAndAFile(ExactLeaseContract):
    @pytest.fixture
    def stores(self, databases: list[Database], tmp_path: Path) -> Stores:
        def store(owner: str) -> LeaseStore:
            database = databases.pop()
            return doubled(lambda name: PostgresStore(database, name), LocalRemote(str(tmp_path)), owner)

        return store


@pytest.fixture
async def databases(database_url: str):
    """A connection for each contender, as each container has its own."""
    made = [Database(Secret(database_url)) for _ in range(10)]
    yield list(made)
    for database in made:
        await database.close()
