"""`testmega`: does a file really make it to the remote and back?

The name is kept from the system before; it tests whatever remotes the folders have.
"""

from discord.ext import commands

from services.bot.context import Ctx
from services.bot.declare import command, limited
from services.bot.kit import Kit
from services.bot.replies import sync


class SelftestCommands(commands.Cog, name="Test"):
    """The real round trip."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    @command
    @limited(3, 30.0)
    async def testmega(self, ctx: Ctx) -> None:
        """Upload, read back, compare and delete a small file on each remote.

        Name the failing step and its remedy.
        """
        with self._kit.jobs.hold("testmega", ctx.author.id):
            async with ctx.working():
                result = await self._kit.control.selftest(key=ctx.key)
        await ctx.answer(sync.selftest(result))
