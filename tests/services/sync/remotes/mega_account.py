"""How does a test get the MEGA remote on the test server?"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from helix.core.pacing import Backoff
from helix.parsing import Secret
from helix.settings import Mega
from services.sync.remotes.mega import private
from services.sync.remotes.mega.remote import MegaRemote
from tests.emulators.mega import MegaServer

EMAIL, PASSWORD = "me@example.org", "correct horse battery"
FOLDER = "Helix/files"
QUICK = Backoff(first=0.01, ceiling=0.05, tries=4)
READ_SECONDS = 1.0


@asynccontextmanager
async def open_server() -> AsyncIterator[MegaServer]:
    """A server with one account, in a thread of its own, as a foreign machine would be."""
    with MegaServer() as server:
        server.add_account(EMAIL, PASSWORD)
        yield server


def make(
    server: MegaServer, home: Path, *, password: str = PASSWORD, folder: str = FOLDER, read_back: bool = False
) -> MegaRemote:
    """A remote that is not yet connected."""
    settings = Mega(EMAIL, Secret(password), server.url, read_back=read_back)
    return MegaRemote(folder, settings, home, patience=QUICK, read_seconds=READ_SECONDS)


def log_in_before(server: MegaServer, home: Path) -> None:
    """A session is stored, as an earlier run would have left it: a login costs 0.15 s of the processor."""
    identity = server.world.accounts[EMAIL].identity
    with server.world.lock:
        session = server.world.login(identity)
    content = {"sid": session.sid, "master_key": identity.master_key.hex()}
    private.write(private.file_of(home / "mega", "session", EMAIL).with_suffix(".json"), json.dumps(content).encode())


@asynccontextmanager
async def account_of(server: MegaServer, home: Path) -> AsyncIterator[MegaRemote]:
    """A connected remote."""
    remote = make(server, home)
    await remote.connect()
    try:
        yield remote
    finally:
        await remote.close()


Clients = tuple[MegaRemote, MegaRemote]


@asynccontextmanager
async def two_clients(home: Path) -> AsyncIterator[Clients]:
    """Two connected remotes on one account; whatever they did was right in the server's eyes."""
    async with open_server() as server:
        log_in_before(server, home / "one")
        log_in_before(server, home / "two")
        async with account_of(server, home / "one") as one, account_of(server, home / "two") as two:
            yield one, two
        server.assert_clean()
