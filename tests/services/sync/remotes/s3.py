"""How does a test get an S3 server, and how is rclone told of it?"""

from collections.abc import Iterator
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from services.sync.reserved import RESERVED

BUCKET = "bucket"

SETTINGS = {
    "RCLONE_CONFIG_S3_TYPE": "s3",
    "RCLONE_CONFIG_S3_PROVIDER": "Other",
    "RCLONE_CONFIG_S3_ACCESS_KEY_ID": "me",
    "RCLONE_CONFIG_S3_SECRET_ACCESS_KEY": "secret",
    # moto has no route for a key with a newline, so rclone is told to store control characters as symbols
    "RCLONE_CONFIG_S3_ENCODING": "Slash,InvalidUtf8,Dot,Ctl",
}


def serve() -> Iterator[tuple[str, str]]:
    """For a fixture: a server on a port of its own; its name as a remote of rclone, and a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"s3,endpoint='http://{host}:{port}'", BUCKET
    finally:
        server.stop()


class BucketFar:
    """What lies below a prefix of the bucket, as its owner sees and changes it (tests/services/sync/far.py)."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def files(self, *, own: bool = False) -> dict[str, bytes]:
        """Path and content; a directory's marker is no file."""
        store = _store()
        found = {path: store.get_object(BUCKET, self._prefix + path).value for path in self._paths()}
        whole = {path: content for path, content in found.items() if path and not path.endswith("/")}
        return {path: content for path, content in whole.items() if own or not path.startswith(f"{RESERVED}/")}

    def write(self, path: str, content: bytes) -> None:
        """Put an object."""
        _store().put_object(BUCKET, self._prefix + path, content)

    def delete(self, path: str) -> None:
        """Delete an object, or a directory with its marker and all in it."""
        for old in self._below(path):
            _store().delete_object(BUCKET, self._prefix + old)

    def move(self, path: str, to: str) -> None:
        """Copy and delete."""
        for old in self._below(path):
            content = _store().get_object(BUCKET, self._prefix + old).value
            self.write(to + old[len(path) :], content)
            _store().delete_object(BUCKET, self._prefix + old)

    def _below(self, path: str) -> list[str]:
        return [old for old in self._paths() if old == path or old.startswith(path + "/")]

    def _paths(self) -> list[str]:
        keys = list(_store().buckets[BUCKET].keys)
        return [key.removeprefix(self._prefix) for key in keys if key.startswith(self._prefix)]


def _store() -> Any:
    """The server's own state: moto runs in this process."""
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
