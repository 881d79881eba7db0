"""Does the real program tell the truth about its database, and do two of them hand over through it?"""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from services.sync.reserved import LEASE
from tests.services.sync.containers import Container
from tests.services.sync.far import files_in
from tests.services.sync.postgres import PASSWORD, Server, server
from tests.services.sync.running import Sync, eventually, home, running

pytestmark = pytest.mark.xdist_group("postgres")


def check_of(container: Container) -> dict[str, Any]:
    return next(check for check in container.report()["checks"] if check["name"] == "sync:lease")


def lease_of(sync: Sync) -> dict[str, object]:
    return {key: sync.check("sync:lease").get(key, "") for key in ("status", "output", "remedy")}


async def test_a_database_that_is_down_at_the_start_makes_no_writer_and_is_named(tmp_path: Path) -> None:
    with server() as own, home() as place:
        (place / "remote").mkdir()
        (place / "remote/old").write_text("from before")
        own.stop()
        async with running(place, DATABASE_URL=own.url()) as sync:
            await sync.ready("standby")
            await eventually(lambda: lease_of(sync)["status"] == "fail")
            down = lease_of(sync)
            (sync.folder / "new").write_text("waits")
            (sync.remote / "newer").write_text("is followed")
            await eventually((sync.folder / "newer").exists, "a standby follows")
            restored = (sync.folder / "old").read_text()
            written = (sync.remote / "new").exists(), (sync.remote / LEASE).exists()

            own.start()
            await sync.ready("writer")
            await eventually((sync.remote / "new").exists)
            well = lease_of(sync)

        assert down["output"] == "the database of DATABASE_URL does not answer: Connection refused"
        assert "check that PostgreSQL runs" in str(down["remedy"])
        assert (restored, written) == ("from before", (False, False))
        assert well["status"] == "pass"
        assert PASSWORD not in sync.log()


async def test_a_refused_login_is_never_ready_and_shows_no_password(postgres: Server) -> None:
    with home() as place:
        async with running(place, DATABASE_URL=postgres.url(password="not-the-password")) as sync:
            await sync.ready("standby")
            await eventually(lambda: lease_of(sync)["status"] == "fail")
            found = lease_of(sync)
            command = Path(f"/proc/{sync.process.pid}/cmdline").read_text()
            assert sync.stop() == 0

        assert found["output"] == "PostgreSQL refuses the login of DATABASE_URL"
        told = sync.log() + json.dumps(found) + command
        assert "not-the-password" not in told


async def test_a_database_that_fails_later_is_a_warning_and_the_writer_stops_by_itself() -> None:
    with server() as own, home() as place:
        writer = Container(place, place / "remote", random.Random(1), DATABASE_URL=own.url())
        try:
            writer.start()
            await eventually(lambda: writer.state() == "writer")
            (place / "files/a").write_text("1")
            await eventually((place / "remote/a").exists)
            own.stop()
            await eventually(lambda: writer.state() == "standby", "it stops by itself")
            await eventually(lambda: check_of(writer)["status"] == "warn", "and says why")
            (place / "files/b").write_text("2")
            passes = writer.report()["posted_at"] + 3
            await eventually(lambda: writer.report()["posted_at"] > passes, "passes go by")
            fenced = (place / "remote/b").exists()
            elsewhere = writer.report()["facts"]["writer_elsewhere"]

            own.start()
            await eventually(lambda: writer.state() == "writer")
            await eventually((place / "remote/b").exists)
        finally:
            writer.kill()

        assert (fenced, elsewhere) == (False, False)


@pytest.mark.parametrize("kept", ["postgres", "sqlite"])
async def test_a_new_container_takes_over_through_the_database(database_url: str, kept: str) -> None:
    with home() as old_home, home() as new_home:
        url = database_url if kept == "postgres" else f"sqlite:{old_home}/lease.db"
        shared = {"HELIX_REMOTE": f"local:{old_home / 'remote'}", "DATABASE_URL": url}
        async with running(old_home, **shared) as old:
            await old.ready()
            (old.folder / "a").write_text("1")
            await eventually((old.remote / "a").exists)
            async with running(new_home, **shared) as new:
                await new.ready("standby")
                elsewhere = new.report()["facts"]["writer_elsewhere"]
                (new.folder / "late").write_text("from the new one")

                assert old.stop() == 0
                await new.ready("writer")
                await eventually((new.remote / "late").exists, "the new one writes")
                await eventually(lambda: files_in(new.folder) == files_in(new.remote), "both agree")

                assert elsewhere is True
                assert new.report()["facts"]["writer_elsewhere"] is False
                assert json.loads((new.remote / LEASE).read_bytes())["epoch"] == 2


async def test_a_container_without_the_database_stands_by_and_takes_over_in_its_time(database_url: str) -> None:
    with home() as shared, home() as one_home, home() as two_home:
        one = Container(one_home, shared / "remote", random.Random(1), DATABASE_URL=database_url)
        two = Container(two_home, shared / "remote", random.Random(2))
        try:
            one.start()
            await eventually(lambda: one.state() == "writer")
            two.start()
            await eventually(lambda: two.state() == "standby")
            one.freeze()
            await eventually(lambda: two.state() == "writer")
            one.start()
            standing_by = "standing by: another container holds the right to write"
            await eventually(lambda: (one.state(), two.state()) == ("standby", "writer"), "the zombie stands by")

            assert check_of(one)["output"] == standing_by
        finally:
            one.kill()
            two.kill()
