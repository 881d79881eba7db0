"""What the bot's tests have in common: a home, a Discord, sync's control socket."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.emulators.discord import DiscordServer
from tests.emulators.discord.addresses import discord_addresses_restored
from tests.emulators.discord.world import User
from tests.services.bot.stage import ControlSocket, short_home

__all__ = ["control", "discord_addresses_restored", "discord_server", "home", "stranger"]


@pytest.fixture
def home() -> Iterator[Path]:
    with short_home() as found:
        yield found


@pytest.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
def stranger(discord_server: DiscordServer) -> User:
    """A member of the guild whom nobody gave a role."""
    world = discord_server.platform.world
    return world.add_member(world.add_user("stranger")).user


@pytest.fixture
async def control(home: Path) -> AsyncIterator[ControlSocket]:
    async with ControlSocket().listening(home) as socket:
        yield socket
