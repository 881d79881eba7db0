"""Is an rclone that falls silent while nothing is to be done noticed, and its return too?"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.rclone import pulse, rc
from services.sync.remotes.rclone.rc import Rc
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.standing import Phase
from tests.services.sync.keeping import keeping
from tests.services.sync.remotes.rcd import Rcd
from tests.services.sync.running import eventually


@pytest.fixture
def rcd() -> Iterator[Rcd]:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as rcd:
        yield rcd


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(pulse, "PATIENCE_SECONDS", 2.0)
    monkeypatch.setattr(rc, "_PULSE_SECONDS", 0.1)
    monkeypatch.setattr(rc, "ALIVE_SECONDS", 1.0)
    monkeypatch.setattr(rc, "START_SECONDS", 1.0)


async def test_a_folder_at_rest_is_not_called_well_while_rclone_stands_still_and_is_again_when_it_goes_on(
    rcd: Rcd, tmp_path: Path
) -> None:
    remote = RcloneRemote("here", str(tmp_path / "there"), rcd.socket)
    async with keeping(tmp_path, remote, scan_seconds=600.0) as keeper:
        await eventually(lambda: keeper.standing.phase is Phase.IDLE, "at rest")

        with rcd.standing_still():
            await eventually(lambda: keeper.standing.phase is Phase.ERROR, "rclone's silence is told")
            error = keeper.standing.error
        await eventually(lambda: keeper.standing.phase is Phase.IDLE and keeper.standing.error is None, "well again")

    assert isinstance(error, Unreachable)
    assert "rclone" in error.message
    assert "the program `rclone`" in error.remedy
    await remote.close()


async def test_an_rclone_that_answers_brings_no_pass_forward(
    rcd: Rcd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr(rc, "ALIVE_SECONDS", 60.0)
    asked, call = asyncio.Semaphore(0), Rc.call

    async def counted(self: Rc, command: str, parameters: Any, **options: Any) -> Any:
        asked.release()
        return await call(self, command, parameters, **options)

    monkeypatch.setattr(Rc, "call", counted)
    remote = RcloneRemote("here", str(tmp_path / "there"), rcd.socket)
    hint = asyncio.ensure_future(anext(remote.events()))

    async with asyncio.timeout(30):
        for _ in range(3):
            await asked.acquire()

    assert not hint.done()
    hint.cancel()
    await asyncio.wait({hint})
    await remote.close()
