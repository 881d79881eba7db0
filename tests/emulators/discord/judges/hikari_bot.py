"""How does hikari run against the test server?  (By its public options; it checks payloads harder than discord.py.)"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import hikari

from .. import DiscordServer


@asynccontextmanager
async def running(server: DiscordServer) -> AsyncIterator[hikari.GatewayBot]:
    """A hikari bot that has registered /echo and is ready."""
    bot = hikari.GatewayBot(
        server.token,
        banner=None,
        logs=None,
        suppress_optimization_warning=True,
        rest_url=server.api_url,
        intents=hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES | hikari.Intents.MESSAGE_CONTENT,
    )
    guild = server.platform.world.guild.id
    ready = asyncio.Event()

    async def register(_: hikari.StartingEvent) -> None:
        application = await bot.rest.fetch_application()
        command = bot.rest.slash_command_builder("echo", "say it again")
        option = hikari.CommandOption(
            type=hikari.OptionType.STRING, name="text", description="what to say", is_required=True
        )
        command.add_option(option)
        await bot.rest.set_application_commands(application.id, [command], guild)

    async def note_ready(_: hikari.ShardReadyEvent) -> None:
        ready.set()

    async def on_message(event: hikari.GuildMessageCreateEvent) -> None:
        if event.content == "!ping":
            await event.message.respond("pong from hikari", reply=True)

    async def on_interaction(event: hikari.InteractionCreateEvent) -> None:
        interaction = event.interaction
        if isinstance(interaction, hikari.CommandInteraction) and interaction.options:
            await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
            await interaction.edit_initial_response(str(interaction.options[0].value))

    bot.subscribe(hikari.StartingEvent, register)
    bot.subscribe(hikari.ShardReadyEvent, note_ready)
    bot.subscribe(hikari.GuildMessageCreateEvent, on_message)
    bot.subscribe(hikari.InteractionCreateEvent, on_interaction)
    await bot.start(check_for_updates=False)
    try:
        await asyncio.wait_for(ready.wait(), 10)
        yield bot
    finally:
        await asyncio.wait_for(bot.close(), 10)
