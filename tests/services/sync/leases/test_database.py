"""What is said, and what happens, when the database of DATABASE_URL fails in each of its ways?"""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import trustme

from helix.parsing import Secret
from services.sync.journal.journal import Journal
from services.sync.lease import Grant, Lease, LeaseLost
from services.sync.leases.database import CONNECT_SECONDS, STATEMENT_SECONDS, Database
from services.sync.leases.errors import StoreFailed, StoreRefused
from services.sync.leases.postgres import PostgresStore
from tests.contracts.lease_contract import TTL, Clock
from tests.services.sync.postgres import PASSWORD, Server, server
from tests.services.sync.running import eventually

pytestmark = pytest.mark.xdist_group("postgres")

GRANT = Grant("one", 1, False, "n1")
Open = Callable[[str], PostgresStore]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Opens stores of an address; their connections are closed at the end."""
    made: list[Database] = []

    def open_(url: str) -> PostgresStore:
        made.append(Database(Secret(url)))
        return PostgresStore(made[-1], "files")

    yield open_
    for database in made:
        await database.close()


async def failure_of(act: Awaitable[object]) -> StoreFailed:
    with pytest.raises(StoreFailed) as caught:
        await act
    text = f"{caught.value} {caught.value.__cause__}"
    assert PASSWORD not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value), text
    return caught.value


def user_of(postgres: Server, name: str, *grants: str) -> str:
    """A user of its own with the password of all."""
    postgres.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    for grant in grants:
        postgres.sql(grant)
    return name


async def test_a_wrong_password_is_refused_and_names_the_setting(postgres: Server, opened: Open) -> None:
    failure = await failure_of(opened(postgres.url(password="wrong-one")).read())

    assert isinstance(failure, StoreRefused)
    assert failure.message == "PostgreSQL refuses the login of DATABASE_URL"


async def test_an_unknown_database_is_refused(postgres: Server, opened: Open) -> None:
    failure = await failure_of(opened(postgres.url("nowhere")).read())

    assert isinstance(failure, StoreRefused)
    assert failure.message == "the database that DATABASE_URL names is not there"


async def test_a_server_without_tls_is_refused_where_the_address_demands_it(postgres: Server, opened: Open) -> None:
    failure = await failure_of(opened(postgres.url(query="?sslmode=require")).read())

    assert "it offers no TLS, which sslmode demands" in failure.message


async def test_an_address_that_can_not_be_understood_is_refused(postgres: Server, opened: Open) -> None:
    failure = await failure_of(opened(postgres.url(query="?sslmode=sometimes")).read())

    assert isinstance(failure, StoreRefused)
    assert failure.message == "DATABASE_URL can't be understood"


async def test_a_certificate_that_is_missing_is_named_as_the_cause(postgres: Server, opened: Open) -> None:
    failure = await failure_of(opened(postgres.url(query="?sslmode=verify-full&sslrootcert=/nowhere/ca.pem")).read())

    assert failure.message == "a file or socket of DATABASE_URL can't be opened: No such file or directory"


async def test_the_servers_certificate_is_checked_as_the_address_says(tmp_path: Path, opened: Open) -> None:
    ours, foreign = trustme.CA(), trustme.CA()
    issued = ours.issue_cert("127.0.0.1")
    for name, authority in (("ours.pem", ours), ("foreign.pem", foreign)):
        authority.cert_pem.write_to_path(str(tmp_path / name))
    with server() as own:
        own.stop()
        own.offer_tls(issued.cert_chain_pems[0].bytes(), issued.private_key_pem.bytes())
        own.start()
        checked = f"?sslmode=verify-full&sslrootcert={tmp_path}"

        await opened(own.url(query=f"{checked}/ours.pem")).write(GRANT, over=None)
        failure = await failure_of(opened(own.url(query=f"{checked}/foreign.pem")).read())

    assert isinstance(failure, StoreRefused)
    assert failure.message == "no TLS with the database of DATABASE_URL: CERTIFICATE_VERIFY_FAILED"


async def test_a_table_of_another_shape_is_refused(postgres: Server, opened: Open) -> None:
    name = postgres.database()
    postgres.sql("CREATE TABLE helix_lease (name text PRIMARY KEY, holder text)", name)

    failure = await failure_of(opened(postgres.url(name)).read())

    assert isinstance(failure, StoreRefused)
    assert failure.message == "the table helix_lease is not as Helix makes it"


async def test_a_user_who_may_not_make_the_table_is_refused_until_it_is_made_for_him(
    postgres: Server, opened: Open
) -> None:
    name, user = postgres.database(), user_of(postgres, f"u{secrets.token_hex(3)}")
    postgres.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC", name)
    failure = await failure_of(opened(postgres.url(name, user=user)).read())
    await opened(postgres.url(name)).read()
    postgres.sql(f"GRANT SELECT, INSERT, UPDATE ON helix_lease TO {user}", name)

    granted = opened(postgres.url(name, user=user))
    await granted.trial()
    await granted.write(GRANT, over=None)

    assert isinstance(failure, StoreRefused)
    assert "CREATE" in failure.remedy
    assert await granted.read() == GRANT


async def test_a_read_only_replica_can_not_keep_a_lease(postgres: Server, opened: Open) -> None:
    name = postgres.database()
    await opened(postgres.url(name)).read()
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = opened(postgres.url(name))

    failure = await failure_of(store.write(GRANT, over=None))
    tried = await failure_of(opened(postgres.url(name)).trial())

    assert failure.message == tried.message == "the database of DATABASE_URL is read-only"


async def test_a_trial_leaves_nothing_behind(postgres: Server, opened: Open) -> None:
    name = postgres.database()

    await opened(postgres.url(name)).trial()

    assert postgres.sql("SELECT count(*) FROM helix_lease", name) == "0"


async def test_a_killed_connection_is_made_anew_without_a_failure(postgres: Server, opened: Open) -> None:
    name = postgres.database()
    store = opened(postgres.url(name))
    await store.write(GRANT, over=None)

    killed = postgres.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    # the connection learns of its end from the network: a moment of the loop
    await eventually(store._database._connection.is_closed)

    assert killed == "t"
    assert await store.read() == GRANT


async def test_a_table_that_was_dropped_is_made_anew(postgres: Server, opened: Open) -> None:
    name = postgres.database()
    store = opened(postgres.url(name))
    await store.write(GRANT, over=None)
    postgres.sql("DROP TABLE helix_lease", name)

    await failure_of(store.read())
    store._database._rests_until = 0.0

    assert await store.read() is None


async def test_containers_that_make_the_table_at_once_all_have_it(database_url: str, opened: Open) -> None:
    stores = [opened(database_url) for _ in range(8)]

    found = await asyncio.gather(*(store.read() for store in stores))

    assert found == [None] * 8


async def test_a_server_that_is_down_is_asked_more_and_more_rarely_and_found_again(
    postgres: Server, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    database = Database(Secret(database_url), clock=clock)
    store = PostgresStore(database, "files")
    connect, attempts = database._connect, 0

    async def counted():
        nonlocal attempts
        attempts += 1
        return await connect()

    monkeypatch.setattr(database, "_connect", counted)
    postgres.stop()
    try:
        for _ in range(60):
            failure = await failure_of(store.read())
            clock.now += 0.1
        in_six_seconds = attempts
    finally:
        postgres.start()
    clock.now += 5.0
    found = await store.read()
    await database.close()

    assert failure.message == "the database of DATABASE_URL does not answer: Connection refused"
    assert in_six_seconds < 8
    assert found is None


async def test_a_server_that_hangs_is_given_up_in_time(postgres: Server, database_url: str, opened: Open) -> None:
    store = opened(database_url)
    await store.write(GRANT, over=None)
    loop = asyncio.get_running_loop()
    postgres.signal_all(signal.SIGSTOP)
    try:
        async with asyncio.timeout(4 * (CONNECT_SECONDS + STATEMENT_SECONDS)):
            begun = loop.time()
            statement = await failure_of(store.read())
            connecting = await failure_of(opened(database_url).read())
    finally:
        postgres.signal_all(signal.SIGCONT)
    store._database._rests_until = 0.0

    assert "no answer in time" in statement.message
    assert "no answer in time" in connecting.message
    assert loop.time() > begun
    assert await store.read() == GRANT


async def test_a_holder_fences_itself_while_the_server_is_away_and_has_its_lease_back(
    postgres: Server, database_url: str, opened: Open
) -> None:
    clock = Clock()
    store = opened(database_url)
    one = Lease(store, "one", on_change=lambda: None, ttl=TTL, clock=clock)
    two = Lease(opened(database_url), "two", on_change=lambda: None, ttl=TTL, clock=clock)
    await one.step()
    await two.step()
    fence = one.fence()
    postgres.stop()
    try:
        await one.step()
        await two.step()
        in_time = one.held
        clock.now += TTL * 0.85
        late, others = one.held, two.held
    finally:
        postgres.start()
    store._database._rests_until = 0.0
    await one.step()

    assert (in_time, late, others) == (True, False, False)
    assert isinstance(two.error, StoreFailed)
    assert (one.held, one.epoch, one.error) == (True, 2, None)
    with pytest.raises(LeaseLost):
        fence()


async def test_a_zombies_commit_after_the_epoch_moved_on_is_refused(
    database_url: str, opened: Open, tmp_path: Path
) -> None:
    clock = Clock()
    zombie, other = (
        Lease(opened(database_url), name, on_change=lambda: None, ttl=TTL, clock=clock) for name in ("zombie", "other")
    )
    await zombie.step()
    await other.step()
    journal = Journal(str(tmp_path / "journal.db"), fence=zombie.fence())
    journal.open()
    journal.set_fact("before", "committed")
    clock.now += TTL + 0.1
    await other.step()
    await zombie.step()

    with pytest.raises(LeaseLost):
        journal.set_fact("after", "too late")

    facts = journal.fact("before"), journal.fact("after")
    journal.forget_pending()
    journal.close()
    assert facts == ("committed", None)
    assert (zombie.held, other.epoch) == (False, 2)
