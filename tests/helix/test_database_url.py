"""Which texts are the address of a database, and does none of its secrets get out?"""

from pathlib import Path

import pytest

from helix.errors import Misconfigured
from helix.logs import redact
from helix.parsing import sqlite_path
from helix.settings import from_env


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://helix:secret@db.example:5432/helix?sslmode=require",
        "postgres://helix@/helix?host=/run/postgresql",
        "postgresql://a,b:5433/helix",
        "sqlite:/data/lease.db",
        "sqlite:///data/lease.db",
    ],
)
def test_an_address_of_a_database_is_taken(url: str) -> None:
    settings = from_env({"DATABASE_URL": url}, cwd=Path("/"))

    assert settings.database_url is not None
    assert settings.database_url.reveal() == url


@pytest.mark.parametrize(
    "url", ["mysql://u:p4ssw0rd@h/x", "p4ssw0rd", "sqlite:lease.db", "sqlite:/", "postgresql://[p4ssw0rd"]
)
def test_anything_else_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        from_env({"DATABASE_URL": url}, cwd=Path("/"))

    assert [problem.name for problem in caught.value.problems] == ["DATABASE_URL"]
    assert "p4ssw0rd" not in str(caught.value)


def test_the_file_of_the_address_is_checked_as_well(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("mysql://u:p@h/x")

    with pytest.raises(Misconfigured, match="DATABASE_URL_FILE: is not the address of a database"):
        from_env({"DATABASE_URL_FILE": str(tmp_path / "url")}, cwd=Path("/"))


def test_the_password_alone_is_hidden_too_escaped_or_not() -> None:
    settings = from_env({"DATABASE_URL": "postgresql://u:p%40ss%2Fword@h/x?password=other-one"}, cwd=Path("/"))

    shown = redact("user u, p%40ss%2Fword, p@ss/word, other-one", settings.secrets)

    assert shown == "user u, ***, ***, ***"


def test_only_an_absolute_path_is_a_sqlite_address() -> None:
    assert sqlite_path("sqlite:/a/b") == sqlite_path("sqlite:///a/b") == "/a/b"
    assert sqlite_path("sqlite:a/b") is None
    assert sqlite_path("postgresql://h/a") is None
