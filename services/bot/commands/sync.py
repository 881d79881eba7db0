"""`sync now|plan|pause|resume|verify|history|conflicts|resolve|decide`: what does sync do, and make it do something."""

from typing import Literal

from discord.ext import commands

from services.bot import confirm, shelf
from services.bot.commands import passes
from services.bot.context import Ctx
from services.bot.declare import group, limited, part_of
from services.bot.kit import Kit
from services.bot.replies import sync
from services.bot.replies.reply import Reply, code


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
            await passes.run(ctx, self._kit.control, self._kit.stopping)

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

    @part_of(sync)
    async def resolve(self, ctx: Ctx, path: str, keep: Literal["local", "remote", "both"]) -> None:
        """Decide a conflict: which side's content stays at the path?

        The other side's content goes to the trash, or stays as a copy with `both`.
        """
        question = Reply(f"⚠️ Keep **{keep}** for {code(path)}?")
        if keep == "both" or await confirm.ask(ctx, self._kit, question, yes=f"Keep {keep}"):
            named, wanted = shelf.split(self._kit.settings.folders, path)
            folder = named.name if named else None
            answer = await self._kit.control.resolve(wanted, keep, folder=folder, key=ctx.key)
            await ctx.answer(Reply(f"🟢 **Decided**: {code(str(answer['path']))} keeps {answer['kept']}"))

    @part_of(sync)
    async def decide(self, ctx: Ctx, folder: str, decision: Literal["proceed", "rescan"]) -> None:
        """Answer a guard rail: do what it holds back, once, or look again.

        `proceed` may delete files (they go to the trash), so it asks again.
        """
        question = Reply(f"⚠️ Do what the guard rail of {code(folder)} holds back? Deleted files go to the trash.")
        if decision == "rescan" or await confirm.ask(ctx, self._kit, question, yes="Proceed"):
            answer = await self._kit.control.decide(folder, decision, key=ctx.key)
            await ctx.answer(Reply(f"🟢 **Decided**: {code(str(answer['folder']))} will {answer['decision']}"))
