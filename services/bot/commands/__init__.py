"""Which commands does the bot have? One file a group; each is a prefix and a slash command."""

from discord.ext import commands

from services.bot.commands.audit import AuditCommands
from services.bot.commands.health import HealthCommands
from services.bot.commands.storage import StorageCommands
from services.bot.commands.sync import SyncCommands
from services.bot.commands.testmega import SelftestCommands
from services.bot.kit import Kit


async def add_all(bot: commands.Bot, kit: Kit) -> None:
    """Register every command group with *bot*."""
    for group in (HealthCommands, SelftestCommands, SyncCommands, StorageCommands, AuditCommands):
        await bot.add_cog(group(kit))
