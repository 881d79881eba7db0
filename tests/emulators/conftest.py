"""What the tests of the test servers have in common."""

from collections.abc import AsyncIterator

import pytest

from tests.emulators.discord import DiscordServer
from tests.emulators.discord.addresses import discord_addresses_restored
from tests.emulators.discord.judges.raw import Rest

__all__ = ["discord_addresses_restored"]


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """Give a Discord on a port of its own."""
    async with DiscordServer() as discord:
        yield discord


@pytest.fixture
async def unblamed(server: DiscordServer) -> AsyncIterator[None]:
    """See that, in the end, the server has nothing to say against its client."""
    yield
    server.assert_clean()


@pytest.fixture
async def rest(server: DiscordServer) -> AsyncIterator[Rest]:
    """Give a client that does what it is told."""
    async with Rest(server) as client:
        yield client
