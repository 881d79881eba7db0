"""The shortest way to a logged-in plain client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.emulators.mega.account import Account
from tests.emulators.mega.client import PlainClient
from tests.emulators.mega.server import MegaServer
from tests.emulators.mega.settings import Limits


@dataclass(frozen=True, slots=True)
class Visit:
    """A server, an account and a client that is logged in to it."""

    server: MegaServer
    me: Account
    client: PlainClient
    root: str


@asynccontextmanager
async def visiting(limits: Limits | None = None) -> AsyncIterator[Visit]:
    """Leaves only if nothing unknown, unreadable or broken was met."""
    async with MegaServer(limits=limits) as server, PlainClient(server.url) as client:
        me = server.add_account("me@example.org", "secret")
        await client.login(me.email, "secret")
        yield Visit(server, me, client, me.tree.root.handle)
        server.assert_clean()
