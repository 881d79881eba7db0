"""Which fixtures does the contract suite need for a remote through rclone?

A backend's own test module gives `rcd` (a resident rclone) and `place` (the remote's name and a path on it); each test
gets a new directory below that path.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.sync.remotes.errors import RemoteError
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.remote import Entry
from services.sync.remotes.source import Source
from tests.contracts.remote_contract import RemoteContract
from tests.services.sync.remotes.rcd import Rcd


class RcloneContract(RemoteContract):
    """The contract suite on one backend of rclone."""

    async def test_two_clients_that_make_one_path_at_once_end_with_one_whole_file(
        self, tmp_path: Path, get, remote: RcloneRemote, other: RcloneRemote
    ) -> None:
        """Rclone can't make a file only where none is, and one's rename may remove the other's file: the lease guards.

        What stands there is one content, whole; who did not get through is told.
        """
        contents = [b"%d" % number * 1000 for number in range(2)]
        for number, content in enumerate(contents):
            (tmp_path / f"racer{number}").write_bytes(content)

        results = await asyncio.gather(
            *(
                one.upload(Source.of(str(tmp_path / f"racer{number}")), "race", expect=None)
                for number, one in enumerate((remote, other))
            ),
            return_exceptions=True,
        )

        standing = [entry.path for entry in await self.everything(remote)]
        assert not remote.features.conditional
        assert [error for error in results if not isinstance(error, Entry | RemoteError)] == []
        assert standing in (["race"], [])
        assert not standing or await get("race") in contents

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
    async def other(self, rcd: Rcd, root: tuple[str, str], remote: RcloneRemote) -> AsyncIterator[RcloneRemote]:
        other = RcloneRemote(*root, rcd.socket)
        await other.connect()
        yield other
        await other.close()
