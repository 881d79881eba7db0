"""How does a command answer, whether it came as a message or as a slash command?

A slash command's answers are seen by its giver only. An answer to a message carries a nonce made from the message's
id, which Discord enforces: when two containers run for a moment, or a request is repeated after a 500, the channel
still sees one answer.
"""

import secrets
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import discord
from discord.ext import commands

from services.bot.permissions import Person
from services.bot.replies.reply import COLOURS, Reply, fit


class Ctx(commands.Context[commands.Bot]):
    """A command being carried out."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.began = time.monotonic()
        self.correlation = secrets.token_hex(4)
        self._answers = 0

    @property
    def key(self) -> str:
        """The idempotency key of what this command asks for: the same event asks for the same thing."""
        return f"discord-{self._event_id}"

    @property
    def seconds(self) -> float:
        """How long the command runs."""
        return time.monotonic() - self.began

    @property
    def person(self) -> Person:
        """Who gives the command, with the roles they have now."""
        return person_of(self.author)

    async def begin(self) -> None:
        """Tell Discord within its three seconds that an answer comes."""
        if self.interaction is not None and not self.interaction.response.is_done():
            await self.defer(ephemeral=True)

    def working(self) -> AbstractAsyncContextManager[object]:
        """Show in the channel that the bot works; a slash command shows it by itself."""
        return self.channel.typing() if self.interaction is None else nullcontext()

    async def answer(
        self, reply: Reply, *, view: discord.ui.View | None = None, file: discord.File | None = None
    ) -> discord.Message:
        """Send *reply*, cut to Discord's limits."""
        content, embed = rendered(reply)
        self._answers += 1
        options: dict[str, Any] = {"embed": embed, "view": view, "file": file, "ephemeral": True}
        if self.interaction is None:
            options["nonce"] = f"{self._event_id}-{self._answers}"
        return await self.send(content, **{name: it for name, it in options.items() if it is not None})

    @property
    def _event_id(self) -> int:
        return self.interaction.id if self.interaction is not None else self.message.id


def rendered(reply: Reply) -> tuple[str, discord.Embed | None]:
    """Give what discord.py sends for *reply*."""
    fitted = fit(reply)
    if fitted.panel is None:
        return fitted.text, None
    panel = fitted.panel
    embed = discord.Embed(title=panel.title or None, description=panel.text or None, colour=COLOURS[panel.tone])
    for field in panel.fields:
        embed.add_field(name=field.name, value=field.value, inline=False)
    if panel.footer:
        embed.set_footer(text=panel.footer)
    return fitted.text, embed


def person_of(user: discord.User | discord.Member) -> Person:
    """Give the person behind a Discord user, with their roles if they are in a guild."""
    if isinstance(user, discord.Member):
        return Person(user.id, user.guild.id, frozenset(role.id for role in user.roles))
    return Person(user.id, None)
