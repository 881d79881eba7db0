"""`sync now|plan|pause|resume|verify|history|conflicts`: what does sync do, and make it do something."""

from discord.ext import commands

from services.bot.commands import passes
from services.bot.context import Ctx
from services.bot.declare import group, limited, part_of
from services.bot.kit import Kit
from services.bot.replies import sync
from services.bot.replies.reply import Reply


class SyncCommands(commands.Cog, name="Sync"):
    """The sync daemon."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    @group
    async def sync(self, ctx: Ctx) -> None:
        """The sync daemon.

        As a message, `sync` alone lists the folders.
        """
        await ctx.answer(sync.folders(await self._kit.control.status()))

    @part_of(sync)
    @limited(3, 30.0)
    async def now(self, ctx: Ctx) -> None:
        """Start a pass now and tell its result.

        Show how far the pass is while it runs.
        """
        with self._kit.jobs.hold("sync now", ctx.author.id):
            await passes.run(ctx, self._kit.control)

    @part_of(sync)
    async def plan(self, ctx: Ctx, page: commands.Range[int, 1, 1000] = 1) -> None:
        """What would the next pass do, and why?

        Nothing is done.
        """
        await ctx.answer(sync.plan(await self._kit.control.plan(), page))

    @part_of(sync)
    async def pause(self, ctx: Ctx) -> None:
        """Stop passes until resumed.

        Files stay as they are meanwhile.
        """
        answer = await self._kit.control.pause(key=ctx.key)
        await ctx.answer(Reply("⏸️ **Paused** · `sync resume` goes on" if answer["paused"] else "🔴 **Not paused**"))

    @part_of(sync)
    async def resume(self, ctx: Ctx) -> None:
        """Go on after a pause.

        Undo `pause`.
        """
        answer = await self._kit.control.resume(key=ctx.key)
        await ctx.answer(Reply("🔴 **Still paused**" if answer["paused"] else "▶️ **Going on**"))

    @part_of(sync)
    @limited(1, 30.0, commands.BucketType.guild)
    async def verify(self, ctx: Ctx) -> None:
        """Compare the content on both sides in the background; repairs nothing.

        Its result stands in the status.
        """
        await self._kit.control.verify(key=ctx.key)
        await ctx.answer(Reply("🔎 **Comparing both sides** in the background · `status` tells the result"))

    @part_of(sync)
    async def history(self, ctx: Ctx, *, path: str = "") -> None:
        """The last passes, or what happened to one path.

        List versions still kept, too.
        """
        await ctx.answer(sync.history(await self._kit.control.history(path=path)))

    @part_of(sync)
    async def conflicts(self, ctx: Ctx) -> None:
        """Conflict copies, and guard rails that wait for a person.

        Say what waits.
        """
        await ctx.answer(sync.conflicts(await self._kit.control.conflicts()))
