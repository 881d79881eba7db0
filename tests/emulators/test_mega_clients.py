"""Do unmodified clients take the test server for MEGA? The shortest way in and out."""

import pytest
from mega import Mega

from tests.emulators.mega import MegaServer


@pytest.mark.parametrize("version", [1, 2])
def test_mega_py_logs_in_uploads_and_finds_what_it_uploaded(version: int, tmp_path) -> None:
    source = tmp_path / "hello.txt"
    source.write_bytes(b"hello MEGA")
    with MegaServer() as server:
        me = server.add_account("me@example.org", "secret", version=version)
        client = Mega()
        client.schema, client.domain = "http", f"x@127.0.0.1:{server.port}"
        client.login(me.email, "secret")

        client.upload(str(source))

        assert me.files() == {"hello.txt": b"hello MEGA"}
        assert client.find("hello.txt")[1]["s"] == 10
        server.assert_clean()
