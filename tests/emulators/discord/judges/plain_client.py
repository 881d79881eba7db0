"""How does a program look that knows nothing of a test server?  (Just discord.py and a proxy.)"""

import os
from typing import Any

import discord
from discord.ext import commands

bot = commands.Bot(
    "!",
    intents=discord.Intents(guilds=True, guild_messages=True, message_content=True),
    proxy=os.environ.get("PROXY"),
)


@bot.command()
async def ping(ctx: commands.Context[Any]) -> None:
    await ctx.send("pong")


bot.run(os.environ["TOKEN"], log_handler=None)
