"""Does `helix doctor` say whether the database of DATABASE_URL can keep a lease?"""

from pathlib import Path

import pytest

from healthcheck.doctor import examine
from healthcheck.probes import database
from healthcheck.probes.probe import Place
from helix import release
from helix.core.health import Status
from tests.services.sync.postgres import PASSWORD, server


def place(tmp_path: Path, **settings: str) -> Place:
    return Place(release.ROOT, {"HELIX_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **settings}, tmp_path)


async def test_without_a_database_nothing_is_asked(tmp_path: Path) -> None:
    finding = await database.probe(place(tmp_path))

    assert (finding.status, "kept on the remote" in finding.output) == (Status.PASS, True)


async def test_a_database_that_keeps_leases_passes_and_one_that_does_not_is_named(tmp_path: Path) -> None:
    with server() as postgres:
        url = postgres.url()
        well = await database.probe(place(tmp_path, DATABASE_URL=url))
        rows = postgres.sql("SELECT count(*) FROM helix_lease")
        refused = await database.probe(place(tmp_path, DATABASE_URL=postgres.url(password="wrong-one")))
        postgres.sql("ALTER DATABASE postgres SET default_transaction_read_only = on")
        replica = await database.probe(place(tmp_path, DATABASE_URL=url))
        postgres.stop()
        down = await database.probe(place(tmp_path, DATABASE_URL=url))

    assert (well.status, rows) == (Status.PASS, "0")
    assert {refused.status, replica.status, down.status} == {Status.FAIL}
    assert refused.output == "PostgreSQL refuses the login of DATABASE_URL"
    assert replica.output == "the database of DATABASE_URL is read-only"
    assert down.output == "the database of DATABASE_URL does not answer: Connection refused"
    assert not any(secret in str((refused, replica, down)) for secret in (PASSWORD, "wrong-one"))


@pytest.mark.parametrize(("path", "status"), [("lease.db", Status.PASS), ("nowhere/lease.db", Status.FAIL)])
async def test_a_sqlite_file_is_tried_as_well(tmp_path: Path, path: str, status: Status) -> None:
    finding = await database.probe(place(tmp_path, DATABASE_URL=f"sqlite:{tmp_path}/{path}"))

    assert finding.status is status


async def test_a_program_that_can_not_be_run_is_a_fault(tmp_path: Path) -> None:
    finding = await database.probe(place(tmp_path, DATABASE_URL="sqlite:/x/y", PYTHONHOME=str(tmp_path)))

    assert finding.output == "services.sync.leases could not be run"


async def test_the_doctor_runs_it(tmp_path: Path) -> None:
    checks = await examine(place(tmp_path).env, root=release.ROOT, cwd=tmp_path)

    assert [check.status for check in checks if check.name == "startup:database"] == [Status.PASS]
