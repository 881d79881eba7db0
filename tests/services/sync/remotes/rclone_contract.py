"""Which fixtures does the contract suite need for a remote through rclone?

A backend's own test module gives `rcd` (a resident rclone) and `place` (the remote's name and a path on it); each test
gets a new directory below that path. The second client has a resident rclone of its own, as another container would.
"""

import secrets
from collections.abc import AsyncIterator

import pytest

from services.sync.remotes.rclone.entries import INCOMING
from services.sync.remotes.rclone.remote import RcloneRemote
from tests.contracts.remote_contract import RemoteContract
from tests.services.sync.remotes.rcd import Rcd


class RcloneRemotes:
    """Two clients of a new directory on one backend of rclone."""

    @pytest.fixture
    def root(self, place: tuple[str, str]) -> tuple[str, str]:
        return place[0], f"{place[1]}/{secrets.token_hex(4)}"

    @pytest.fixture
    async def remote(self, rcd: Rcd, root: tuple[str, str]) -> AsyncIterator[RcloneRemote]:
        remote = RcloneRemote(*root, rcd.socket)
        await remote.connect()
        yield remote
        await remote.close()

    @pytest.fixture
    def other_socket(self, rcd: Rcd) -> str:
        return rcd.twin().socket

    @pytest.fixture
    async def other(
        self, other_socket: str, root: tuple[str, str], remote: RcloneRemote
    ) -> AsyncIterator[RcloneRemote]:
        # `rclone serve sftp` loses a file for a moment when two clients make its directory at once
        await remote.mkdir(INCOMING)
        other = RcloneRemote(*root, other_socket)
        await other.connect()
        yield other
        await other.close()


class RcloneContract(RcloneRemotes, RemoteContract):
    """The contract suite on one backend of rclone."""
