"""Does an S3 server reached through rclone keep every promise of a remote?"""

from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.remotes.rclone_contract import RcloneContract
from tests.services.sync.remotes.two_writers import TwoWriters


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    keys = {"RCLONE_CONFIG_S3_ACCESS_KEY_ID": "me", "RCLONE_CONFIG_S3_SECRET_ACCESS_KEY": "secret"}
    # moto has no route for a key with a newline, so rclone is told to store control characters as symbols
    keys["RCLONE_CONFIG_S3_ENCODING"] = "Slash,InvalidUtf8,Dot,Ctl"
    with Rcd(RCLONE_CONFIG_S3_TYPE="s3", RCLONE_CONFIG_S3_PROVIDER="Other", **keys) as rcd:
        yield rcd


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, str]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"s3,endpoint='http://{host}:{port}'", "bucket"
    server.stop()


class TestRcloneS3(RcloneContract, TwoWriters):
    pass
