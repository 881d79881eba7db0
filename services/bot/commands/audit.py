"""`audit`: who did what through the bot?"""

import asyncio

from discord.ext import commands

from services.bot.context import Ctx
from services.bot.declare import command
from services.bot.kit import Kit
from services.bot.replies import audit

PAGE = 15


class AuditCommands(commands.Cog, name="Audit"):
    """The audit log."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    @command
    async def audit(self, ctx: Ctx, page: commands.Range[int, 1, 10_000] = 1) -> None:
        """Who did what through the bot, the newest first."""
        entries = await asyncio.to_thread(self._kit.audit.last, PAGE, skip=(page - 1) * PAGE)
        broken_at = await asyncio.to_thread(self._kit.audit.broken_at)
        await ctx.answer(audit.listing(entries, page, broken_at))
