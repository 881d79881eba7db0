"""Is this really meant?

Two buttons under the question: only who asked may press them, once, within a minute, and their permission is looked
at again at that moment. Afterwards the buttons are gone, whatever happened.
"""

import logging
from typing import Any

import discord
from discord.ext import commands

from services.bot.context import Ctx, person_of, rendered
from services.bot.kit import Kit
from services.bot.permissions import need_of, refusal
from services.bot.replies.reply import Reply

log = logging.getLogger(__name__)

SECONDS = 60.0

Interaction = discord.Interaction[commands.Bot]


async def ask(ctx: Ctx, kit: Kit, question: Reply, *, yes: str, seconds: float = SECONDS) -> bool:
    """Ask *question* with a button labelled *yes*; say whether it was pressed in time."""
    view = _Question(ctx, kit, yes, seconds)
    message = await ctx.answer(question, view=view)
    await view.wait()
    content, embed = rendered(Reply(f"{question.text}\n{view.told}", question.panel))
    try:
        await message.edit(content=content, embed=embed, view=None)
    except discord.HTTPException as error:
        log.info("question_not_closed", extra={"correlation": ctx.correlation, "code": error.code})
    return view.agreed


class _Question(discord.ui.View):
    """The two buttons, and what became of them."""

    def __init__(self, ctx: Ctx, kit: Kit, yes: str, seconds: float) -> None:
        super().__init__(timeout=seconds)
        self.agreed = False
        self.told = "⌛ Nobody answered in time: nothing was done."
        self._kit = kit
        self._asker = ctx.author.id
        self._command = ctx.command.qualified_name if ctx.command else ""
        self._add(yes, discord.ButtonStyle.danger, agreed=True)
        self._add("Cancel", discord.ButtonStyle.secondary, agreed=False)

    def _add(self, label: str, style: discord.ButtonStyle, *, agreed: bool) -> None:
        button: discord.ui.Button[_Question] = discord.ui.Button(label=label, style=style)

        async def pressed(interaction: Interaction) -> None:
            self.agreed = agreed
            self.told = "☑️ Confirmed." if agreed else "✖️ Cancelled: nothing was done."
            self.stop()
            await interaction.response.defer()

        button.callback = pressed  # type: ignore[method-assign, assignment]
        self.add_item(button)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let through the asker's first press, if they still may."""
        if self.is_finished() or not self._kit.once.first(interaction.id):
            return False
        if interaction.user.id != self._asker:
            await interaction.response.send_message("⛔ Only who asked may answer.", ephemeral=True)
            return False
        reason = refusal(person_of(interaction.user), self._kit.rules, need_of(self._command))
        if reason is not None:
            self.told = f"⛔ {reason}"
            self.stop()
            await interaction.response.send_message(f"⛔ {reason}", ephemeral=True)
            return False
        return True
