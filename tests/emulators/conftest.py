"""What the tests of the test servers have in common."""

from tests.emulators.discord.addresses import discord_addresses_restored

__all__ = ["discord_addresses_restored"]
