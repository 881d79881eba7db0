"""How is a pass started and followed from Discord?

The answer is one message that is edited, at most once in three seconds, until the pass has ended. A slash command's
token dies after 15 minutes: the result then goes to the channel.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord

from helix.control import Control
from helix.errors import HelixError
from services.bot.context import Ctx, rendered
from services.bot.replies import health, sync
from services.bot.replies.reply import Reply

EDIT_SECONDS = 3.0
FOLLOW_SECONDS = 14 * 60.0
LEFT = Reply("🔁 **The bot restarts** · the pass goes on; `status` shows how far it is")


async def run(ctx: Ctx, control: Control, stopping: asyncio.Event) -> None:
    """Start a pass, show how far it is, and tell its result. Raises `Unreachable`, `Refused`."""
    going = asyncio.create_task(control.sync(wait=FOLLOW_SECONDS, key=ctx.key))
    stop = asyncio.create_task(stopping.wait())
    message: discord.Message | None = None
    try:
        while not (await asyncio.wait({going, stop}, timeout=EDIT_SECONDS, return_when=asyncio.FIRST_COMPLETED))[0]:
            message = await _show(ctx, message, sync.running(await _progress(control)))
        ended = sync.ended((await going)["runs"]) if going.done() else LEFT
    finally:
        going.cancel()
        stop.cancel()
    await _show(ctx, message, ended)


async def _show(ctx: Ctx, message: discord.Message | None, reply: Reply) -> discord.Message:
    """Edit *message*; send a new one when there is none, or when it can no longer be edited."""
    if message is None:
        return await ctx.answer(reply)
    content, embed = rendered(reply)
    try:
        return await message.edit(content=content, embed=embed)
    except discord.HTTPException:
        return await ctx.channel.send(content)


async def _progress(control: Control) -> str:
    try:
        status = await control.status()
    except HelixError:
        return ""
    told = [_folder(folder) for folder in status["folders"] if folder["progress"]]
    return "; ".join(told)


def _folder(folder: Mapping[str, Any]) -> str:
    return f"{folder['name']}: {health.progress(folder['progress'])}"
