"""Do clients that nobody here wrote read what Helix stores at MEGA, and the other way round?"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import MegaServer
from tests.emulators.mega.judges.corpus import LARGE, NAMES, SIZES, can_read, can_write, lay_out
from tests.emulators.mega.judges.judge import Judge, Login
from tests.emulators.mega.judges.megajs import MegaJs
from tests.emulators.mega.judges.megapy import MegaPy
from tests.emulators.mega.judges.megatools import MegaTools
from tests.emulators.mega.judges.rclone import Rclone
from tests.services.sync.remotes.mega_account import EMAIL, PASSWORD, make

MTIME = 1_600_000_000


@pytest.fixture
def work() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
async def server(work: Path) -> AsyncIterator[MegaServer]:
    with MegaServer(tls_socket=str(work / "tls.sock")) as server:
        server.add_account(EMAIL, PASSWORD)
        yield server


@pytest.fixture(params=["rclone", "mega.py", "megajs", "megatools"])
def judge(request: pytest.FixtureRequest, server: MegaServer, work: Path) -> Judge:
    login = Login(server.url, EMAIL, PASSWORD)
    match request.param:
        case "rclone":
            return Rclone(login, work)
        case "mega.py":
            return MegaPy(login, work)
        case "megajs":
            return MegaJs(login, work)
    assert server.ca_file is not None
    return MegaTools(login, work, tls_socket=str(work / "tls.sock"), ca_file=server.ca_file)


@pytest.fixture
async def remote(server: MegaServer, work: Path) -> AsyncIterator[MegaRemote]:
    remote = make(server, work / "home", folder="")
    await remote.connect()
    yield remote
    await remote.close()


async def test_a_judge_reads_what_helix_wrote(server: MegaServer, judge: Judge, remote: MegaRemote, work: Path) -> None:
    files = lay_out(work / "out", (*SIZES, *LARGE), NAMES)
    for name in files:
        os.utime(work / "out" / name, (MTIME, MTIME))
        await remote.upload(Source.of(str(work / "out" / name)), f"helix/{name}", expect=None)
    (work / "in").mkdir()

    await asyncio.to_thread(judge.read, "helix", work / "in")

    read = {name for name in files if (work / "in" / name).exists()}
    right = {name for name in read if (work / "in" / name).read_bytes() == files[name]}
    assert right == {name for name in files if can_read(judge.name, "owner", name)}
    (me,) = server.world.accounts.values()
    assert {entry.mtime for entry in me.entries() if not entry.folder} == {MTIME}
    server.assert_clean()


async def test_helix_reads_what_a_judge_wrote(judge: Judge, remote: MegaRemote, work: Path) -> None:
    files = lay_out(work / "out", SIZES, NAMES)
    await asyncio.to_thread(judge.write, work / "out", "judge")

    listed = {entry.path: entry async for batch in remote.listing("judge") for entry in batch}
    wrong = []
    for name in filter(lambda name: can_write(judge.name, name), files):
        target = work / "got"
        await remote.download(f"judge/{name}", str(target), expect=listed[f"judge/{name}"].etag)
        wrong += [name] * (target.read_bytes() != files[name])
        target.unlink()

    assert wrong == []
