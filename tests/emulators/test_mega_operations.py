"""Do unmodified clients get through all they can do: moves, links, trash, second factor, real host names?"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.mega import Account, MegaServer
from tests.emulators.mega.judges.apart import enter
from tests.emulators.mega.judges.judge import Login
from tests.emulators.mega.judges.megajs import MegaJs
from tests.emulators.mega.judges.megapy import MegaPy
from tests.emulators.mega.judges.rclone import Rclone

EMAIL, PASSWORD = "me@example.org", "secret"


@pytest.fixture
def work() -> Iterator[Path]:
    """Short, for a Unix socket lies in it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def server(work: Path) -> Iterator[MegaServer]:
    with MegaServer(tls_socket=str(work / "tls.sock")) as running:
        yield running
        running.assert_clean()


def raw_client(server: MegaServer, work: Path) -> MegaPy:
    raw = MegaPy(Login(server.url, EMAIL, PASSWORD), work)
    raw.client.login(EMAIL, PASSWORD)
    return raw


@pytest.fixture
def me(server: MegaServer) -> Account:
    return server.add_account(EMAIL, PASSWORD)


def test_rclone_moves_deletes_links_and_empties_the_trash(server: MegaServer, me: Account, work: Path) -> None:
    me.put("a/b/x", b"1")
    me.put("a/y", b"2")
    rclone = Rclone(Login(server.url, EMAIL, PASSWORD), work)

    rclone.command("moveto", "m:a/y", "m:c/z")
    rclone.command("moveto", "m:a/b", "m:c/d")
    assert me.files() == {"c/z": b"2", "c/d/x": b"1"}

    assert "https://mega.co.nz/#!" in rclone.say("link", "m:c/z").stdout
    rclone.command("deletefile", "m:c/z")
    rclone.command("purge", "m:c")
    assert (me.files(), me.files(top="trash")) == ({}, {"c/d/x": b"1", "z": b"2"})

    rclone.command("cleanup", "m:")
    assert me.files(top="trash") == {}
    assert "Total:   20 GiB" in rclone.say("about", "m:").stdout


def test_mega_py_renames_exports_imports_and_destroys(server: MegaServer, me: Account, work: Path) -> None:
    client = raw_client(server, work).client
    me.put("one/old.txt", b"hello")

    client.rename(client.find("old.txt"), "new.txt")
    link = client.export("new.txt")
    client.import_public_url(link)
    client.download_url(link, str(work), "public")
    folder_link = client.export("one")

    assert me.files() == {"one/new.txt": b"hello", "new.txt": b"hello"}
    assert (work / "public").read_bytes() == b"hello"
    assert "#F!" in folder_link
    assert client.get_storage_space()["used"] == 10

    client.delete(me.node("new.txt").handle)
    assert me.files(top="trash") == {"new.txt": b"hello"}
    client.empty_trash()
    client.destroy(client.find("one")[0])
    assert (me.entries(), me.entries(top="trash")) == ([], [])


def test_megajs_renames_moves_shares_and_deletes(server: MegaServer, me: Account, work: Path) -> None:
    me.put("folder/file", b"content")

    seen = MegaJs(Login(server.url, EMAIL, PASSWORD), work).roam("folder")

    assert seen == {"folder": ["inner"], "inside": "content", "file": "content"}
    assert (me.files(), me.files(top="trash")) == ({}, {"inner/renamed": b"content"})
    assert [entry.path for entry in me.entries()] == ["folder"]


def test_megajs_hears_of_what_happens_elsewhere(server: MegaServer, me: Account, work: Path) -> None:
    me.put("old", b"x")
    with MegaJs(Login(server.url, EMAIL, PASSWORD), work).listening() as heard:
        me.put("new", b"y")
        assert heard.readline() == "add new\n"
        me.rename("old", "older")
        assert heard.readline() == "update older\n"
        me.trash("older")
        assert heard.readline() == "move older\n"
        me.remove("new")
        assert heard.readline() == "delete new\n"


def test_mega_py_can_be_nobody(server: MegaServer, work: Path) -> None:
    client = MegaPy(Login(server.url, "", ""), work).client

    client.login()

    assert client.get_user()["email"].startswith("anonymous-")


def test_mega_py_makes_the_wrong_tree_when_a_folder_of_that_name_stands_at_the_root(
    server: MegaServer, me: Account, work: Path
) -> None:
    me.mkdir("b")
    client = raw_client(server, work).client

    client.create_folder("a/b/c")

    assert [entry.path for entry in me.entries()] == ["a", "b", "b/c"]


def test_mega_py_s_rename_loses_the_mtime(server: MegaServer, me: Account, work: Path) -> None:
    me.put("old", b"x", mtime=1_700_000_000)
    client = raw_client(server, work).client

    client.rename(client.find("old"), "new")

    assert [(entry.path, entry.mtime) for entry in me.entries()] == [("new", None)]


def test_rclone_solves_proof_of_work_and_brings_a_second_factor(server: MegaServer, work: Path) -> None:
    me = server.add_account("mfa@example.org", PASSWORD, mfa="123456")
    server.require_hashcash(easiness=200, times=1)
    rclone = Rclone(Login(server.url, me.email, PASSWORD), work)

    refused = rclone.say("mkdir", "m:folder")
    rclone.bring_second_factor("123456")
    rclone.command("mkdir", "m:folder")

    assert "Multi-factor authentication required" in refused.stderr
    assert [entry.path for entry in me.entries()] == ["folder"]
    assert 402 in [request.status for request in server.record.requests]


def test_rclone_without_any_option_meets_the_server_under_mega_s_own_host_name(
    server: MegaServer, me: Account, work: Path
) -> None:
    rclone = Rclone(Login(server.url, EMAIL, PASSWORD), work)
    assert server.ca_file is not None
    rclone.move_in(enter(work, str(work / "tls.sock")), server.ca_file)
    source = work / "out"
    source.mkdir()
    source.joinpath("x").write_bytes(b"over TLS")

    rclone.write(source, "folder")

    assert me.files() == {"folder/x": b"over TLS"}
