"""When is Discord told of the slash commands?

Only when they changed since they were last told, for Discord allows 200 new commands a day: a digest of what would
be sent is kept in a file. With DISCORD_GUILD_ID they are the guild's own and take effect at once.
A failure is logged and stops nothing: the prefix commands work, and the next start tries again.
"""

import hashlib
import json
import logging
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

log = logging.getLogger(__name__)


async def publish(tree: app_commands.CommandTree[commands.Bot], guild_id: int | None, memory: Path) -> bool:
    """Tell Discord of *tree*'s commands unless it knows them; say whether it was told."""
    guild = discord.Object(guild_id) if guild_id is not None else None
    if guild is not None:
        tree.copy_global_to(guild=guild)
    digest = digest_of(tree, guild)
    if _remembered(memory) == digest:
        return False
    try:
        await tree.sync(guild=guild)
    except (discord.HTTPException, app_commands.AppCommandError, OSError) as error:
        log.warning("commands_not_published", extra={"cause": type(error).__name__})
        return False
    _remember(memory, digest)
    log.info("commands_published", extra={"count": len(tree.get_commands(guild=guild))})
    return True


def digest_of(tree: app_commands.CommandTree[commands.Bot], guild: discord.Object | None) -> str:
    """Digest what would be sent, and for which application and guild."""
    payload = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    place = [tree.client.application_id, guild.id if guild is not None else None]
    text = json.dumps([place, sorted(payload, key=lambda command: command["name"])], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _remembered(memory: Path) -> str:
    try:
        return memory.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _remember(memory: Path, digest: str) -> None:
    try:
        memory.write_text(digest, encoding="ascii")
    except OSError as error:
        log.warning("commands_digest_not_kept", extra={"cause": error.strerror})
