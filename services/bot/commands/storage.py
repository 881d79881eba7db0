"""`storage ls|find|get|put|restore|usage`: which files are kept, and give me one."""

import asyncio
import io

import discord
from discord import app_commands
from discord.ext import commands

from helix.control import QUESTION_SECONDS
from helix.errors import HelixError
from services.bot import confirm, shelf
from services.bot.context import Ctx, person_of
from services.bot.declare import group, limited, part_of
from services.bot.kit import Kit
from services.bot.permissions import Need, refusal
from services.bot.replies import storage
from services.bot.replies.reply import Reply, code

LISTED = 300
CHOICES = 25
CHOICE_LENGTH = 100
DEFAULT_LIMIT = 10 * 1024 * 1024
"""What Discord takes as an attachment in a guild without boosts."""

Page = commands.Range[int, 1, 1000]


class StorageCommands(commands.Cog, name="Storage"):
    """The kept files."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    @group
    async def storage(self, ctx: Ctx) -> None:
        """The kept files."""
        await ctx.answer(storage.usage(await self._kit.control.status()))

    @part_of(storage)
    async def ls(self, ctx: Ctx, prefix: str = "", page: Page = 1) -> None:
        """List the files below a path."""
        found = await self._kit.control.files(prefix=prefix, limit=LISTED)
        await ctx.answer(storage.listing(found, f"Files in {code(prefix)}" if prefix else "Files", page))

    @part_of(storage)
    async def find(self, ctx: Ctx, text: str, page: Page = 1) -> None:
        """List the files whose path holds a text."""
        found = await self._kit.control.files(query=text, limit=LISTED)
        await ctx.answer(storage.listing(found, f"Files with {code(text)}", page))

    @part_of(storage)
    async def usage(self, ctx: Ctx) -> None:
        """How much each folder holds, here and there."""
        await ctx.answer(storage.usage(await self._kit.control.status()))

    @part_of(storage)
    @limited(5, 30.0)
    async def get(self, ctx: Ctx, *, path: str) -> None:
        """Send a kept file."""
        place = shelf.place(self._kit.settings.folders, path)
        limit = ctx.guild.filesize_limit if ctx.guild else DEFAULT_LIMIT
        data = await asyncio.to_thread(shelf.read, place, limit)
        file = discord.File(io.BytesIO(data), filename=place.file.name)
        await ctx.answer(Reply(f"📄 {code(place.path)}"), file=file)

    @part_of(storage)
    @limited(5, 30.0)
    async def put(self, ctx: Ctx, file: discord.Attachment, *, path: str = "") -> None:
        """Keep an attached file, under its own name or at a path."""
        place = shelf.place(self._kit.settings.folders, path or file.filename)
        with self._kit.jobs.hold(f"storage put {place.path}", ctx.author.id):
            if place.file.exists() and not await self._may_replace(ctx, place.path):
                return
            data = await file.read()
            await asyncio.to_thread(shelf.write, place, data)
        await ctx.answer(storage.stored(place.path, len(data)))

    @part_of(storage)
    async def restore(self, ctx: Ctx, path: str, version: str | None = None, to: str | None = None) -> None:
        """Bring a deleted or overwritten file back from the trash."""
        named, wanted = shelf.split(self._kit.settings.folders, path)
        # of several folders only sync knows which one keeps a version, so any file that it may replace is asked about
        candidates = [named] if named else self._kit.settings.folders
        targets = [shelf.place([folder], to or wanted) for folder in candidates]
        if any(target.file.exists() for target in targets) and not await self._may_replace(ctx, targets[0].path):
            return
        folder = named.name if named else None
        async with ctx.working():
            answer = await self._kit.control.restore(wanted, version=version, to=to, folder=folder, key=ctx.key)
        await ctx.answer(storage.restored(answer))

    async def _may_replace(self, ctx: Ctx, path: str) -> bool:
        question = Reply(f"⚠️ {code(path)} is there already. Replace it? Its present content goes to the trash.")
        return await confirm.ask(ctx, self._kit, question, yes="Replace")

    @get.autocomplete("path")
    @restore.autocomplete("path")
    async def complete_path(
        self, interaction: discord.Interaction[commands.Bot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Offer paths to who may read; nothing when sync does not answer, for an error can't be shown here."""
        if refusal(person_of(interaction.user), self._kit.rules, Need.READ) is not None:
            return []
        try:
            async with asyncio.timeout(QUESTION_SECONDS):  # Discord takes no suggestion that comes later
                found = await self._kit.control.files(query=typed, limit=CHOICES)
        except (HelixError, TimeoutError):
            return []
        paths = [str(file["path"]) for file in found["files"] if file["kind"] == "file"]
        return [app_commands.Choice(name=path, value=path) for path in paths if len(path) <= CHOICE_LENGTH][:CHOICES]
