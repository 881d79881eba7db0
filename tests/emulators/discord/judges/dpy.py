"""How does an unmodified discord.py run against the test server?"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.running.patience import crowding

from .. import DiscordServer


class Form(discord.ui.Modal, title="Delete for good"):
    """A form with one field."""

    reason: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Why?", custom_id="reason", max_length=50)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"because {self.reason.value}", ephemeral=True)


class Confirm(discord.ui.View):
    """Two buttons and a menu."""

    @discord.ui.button(label="Yes", custom_id="yes", style=discord.ButtonStyle.danger)
    async def yes(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.edit_message(content="done", view=None)

    @discord.ui.button(label="Why", custom_id="why")
    async def why(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.select(custom_id="kind", options=[discord.SelectOption(label=text) for text in ("a", "b")])
    async def kind(self, interaction: discord.Interaction, menu: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"chose {menu.values[0]}")


class SampleBot(commands.Bot):
    """Registers its commands with the guild and notes what happens to it."""

    def __init__(self, guild_id: int, **options: Any) -> None:
        intents = options.pop("intents", None) or discord.Intents(
            guilds=True, guild_messages=True, message_content=True
        )
        options.setdefault("guild_ready_timeout", 0.05)
        super().__init__("!", intents=intents, help_command=None, **options)
        self.guild_id = guild_id
        self.seen: list[str] = []
        self.errors: list[Exception] = []
        self.add_command(ping)
        self.tree.add_command(slow)
        self.tree.add_command(ask)
        self.tree.add_command(listing)
        self.tree.error(self.on_tree_error)

    async def setup_hook(self) -> None:
        guild = discord.Object(self.guild_id)
        self.tree.copy_global_to(guild=guild)
        await self.tree.sync(guild=guild)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        self.seen.append("identify" if initial else "identify again")  # the original waits 5 s before the latter

    async def on_ready(self) -> None:
        self.seen.append("ready")

    async def on_resumed(self) -> None:
        self.seen.append("resumed")

    async def on_disconnect(self) -> None:
        self.seen.append("disconnect")

    async def on_command_error(self, _: Any, error: Exception, /) -> None:
        self.errors.append(error)

    async def on_tree_error(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.append(error)


@commands.hybrid_command()
async def ping(ctx: commands.Context[Any]) -> None:
    """Answer pong."""
    await ctx.send("pong")


@app_commands.command()
async def slow(interaction: discord.Interaction, number: int) -> None:
    """Think first, privately."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.followup.send(f"thought of {number}")


@app_commands.command()
async def ask(interaction: discord.Interaction) -> None:
    """Ask with buttons."""
    await interaction.response.send_message("sure?", view=Confirm(timeout=None))


@app_commands.command(name="list")
async def listing(interaction: discord.Interaction, path: str) -> None:
    """List a path."""
    await interaction.response.send_message(f"nothing in {path}")


@listing.autocomplete("path")
async def complete_path(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=current + end, value=current + end) for end in ("/x", "/y")]


def point_at(server: DiscordServer) -> None:
    """Way A: the two class attributes that say where Discord is."""
    Route.BASE = server.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway_url)


@asynccontextmanager
async def running(server: DiscordServer, *, directly: bool = True, **options: Any) -> AsyncIterator[SampleBot]:
    """A sample bot that is ready, and is closed in the end; not ``directly``: its options lead it to the server."""
    if directly:
        point_at(server)
    bot = SampleBot(server.platform.world.guild.id, **options)
    async with started(bot, server.token) as task:
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({ready, task}, timeout=30 * crowding(), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            raise AssertionError(f"the bot did not get ready: {task}; {server.platform.record.tail()}")
        yield bot


@asynccontextmanager
async def started(bot: SampleBot, token: str) -> AsyncIterator[asyncio.Task[None]]:
    """The bot's ``start`` as a task; in the end the bot is closed and its last events have run."""
    task = asyncio.create_task(bot.start(token))
    try:
        yield task
    finally:
        await quiet()  # what fails after close() can't report it: discord.py has dropped its loop by then
        task.cancel()
        await asyncio.wait({task}, timeout=30)
        await quiet()
        await bot.close()
        await quiet()


async def quiet() -> None:
    """Wait until no event handler of discord.py is at work, nor what is to start one; one may start another."""
    async with asyncio.timeout(5 * crowding()):
        while events := last_events():
            await asyncio.wait(events)


def last_events() -> list[asyncio.Task[Any]]:
    """The event handlers of discord.py that have not ended, and what waits for guilds to call the bot ready."""
    return [task for task in asyncio.all_tasks() if task.get_name().startswith("discord.py: ") or _calls_ready(task)]


def _calls_ready(task: asyncio.Task[Any]) -> bool:
    """Nobody cancels this one, and after the bot's close() its event is a coroutine that is never awaited."""
    return getattr(task.get_coro(), "__name__", "") == "_delay_ready"


async def until(holds: Callable[[], bool], timeout: float = 5.0) -> None:
    """Wait for a condition of the client, which the server's record can't tell."""
    async with asyncio.timeout(timeout * crowding()):
        while not holds():  # noqa: ASYNC110  (the client has no event for it)
            await asyncio.sleep(0.01)
