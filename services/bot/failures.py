"""What is a user told when a command fails, and how is it counted?

| what happened                           | outcome   | the user reads                       |
|-----------------------------------------|-----------|--------------------------------------|
| they may not                            | denied    | why                                  |
| too soon again                          | cooldown  | when it may be tried                 |
| wrong or missing argument               | usage     | how the command is written           |
| somebody runs it already                | busy      | who, and since when                  |
| sync refuses or does not answer         | failed    | the cause and the remedy             |
| Discord forbids or fails something      | discord   | what; nothing where it can't be told |
| the answer came too late, or twice      | expired   | nothing: nobody waits for it         |
| anything else                           | error     | an id that stands in the log         |
"""

import time
from dataclasses import dataclass

import discord
from discord import app_commands
from discord.ext import commands

from helix.errors import HelixError, Refused
from services.bot.replies.reply import plain

UNKNOWN_INTERACTION = 10062
ALREADY_ANSWERED = 40060


class Denied(commands.CheckFailure):
    """The giver of a command may not give it; the message says why."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What to say, under which outcome to count, and whether the log needs the traceback."""

    text: str
    outcome: str
    unforeseen: bool = False


def explain(  # noqa: PLR0911 (one return a row of the table)
    error: BaseException, *, usage: str = "", correlation: str = "", now: float | None = None
) -> Failure:
    """Put *error* into words for the person who gave the command."""
    match _root(error):
        case Denied() as denied:
            return Failure(f"⛔ {denied}", "denied")
        case commands.CommandOnCooldown(retry_after=left) | app_commands.CommandOnCooldown(retry_after=left):
            return Failure(f"⏳ Not so fast: try again <t:{(now or time.time()) + left + 1:.0f}:R>.", "cooldown")
        case commands.NoPrivateMessage():
            return Failure("⛔ I answer in the server only, not in direct messages.", "denied")
        case commands.UserInputError() | app_commands.TransformerError() as wrong:
            return Failure(f"✏️ {plain(str(wrong))}\nIt is written so: `{usage}`", "usage")
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return Failure("🔁 This command has just changed; try again in a minute.", "unsynced")
        case Refused(code="busy") as busy:
            return Failure(f"⏳ {busy.message}.", "busy")
        case HelixError() as failed:
            remedy = f" → {failed.remedy}" if failed.remedy else ""
            return Failure(f"🔴 {failed.message}{remedy}", "failed")
        case discord.HTTPException() as refused:
            return _of_discord(refused, correlation)
        case _:
            return Failure(
                f"💥 Something failed inside the bot; its log has more under `{correlation}`.", "error", True
            )


def _root(error: BaseException) -> BaseException:
    """Take off the wrappers that the library puts around what a command raised."""
    match error:
        case commands.CommandInvokeError(original=inner) | app_commands.CommandInvokeError(original=inner):
            return _root(inner)
        case commands.HybridCommandError(original=inner):
            return _root(inner)
        case _:
            return error


def _of_discord(error: discord.HTTPException, correlation: str) -> Failure:
    if error.code in (UNKNOWN_INTERACTION, ALREADY_ANSWERED):
        return Failure("", "expired")
    match error:
        case discord.Forbidden():
            return Failure("🔒 I lack a permission for that in this channel.", "discord")
        case discord.NotFound():
            return Failure("🕳️ The message or channel for the answer is gone.", "discord")
        case discord.HTTPException(status=429):
            return Failure("⏳ Discord wants fewer messages from me; try again in a minute.", "discord")
        case discord.DiscordServerError():
            return Failure("🌩️ Discord has trouble of its own; try again in a minute.", "discord")
        case _:
            text = f"🔴 Discord refused my answer (code {error.code}); the log has more under `{correlation}`."
            return Failure(text, "discord", True)
