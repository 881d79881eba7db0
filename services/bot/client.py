"""What does the bot do with what Discord sends?

One `Helix` object is one client with one connection; `lives` builds a new one when it can't be mended. What has to
outlive it stands in the kit.
"""

import asyncio
import contextlib
import json
import logging
import threading
import time
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.gateway import KeepAliveHandler

from services.bot import failures, publish
from services.bot.audit import Deed, shortened
from services.bot.commands import add_all
from services.bot.context import Ctx, rendered
from services.bot.failures import Denied
from services.bot.kit import Kit
from services.bot.permissions import Need, need_of, refusal
from services.bot.replies.notices import Presence
from services.bot.replies.reply import Reply
from services.bot.transport import connector

log = logging.getLogger(__name__)

NO_PREFIX = "off"
"""DISCORD_PREFIX=off: slash commands only, and no privileged intent."""

DRAIN_SECONDS = 3.0
"""How long a stop waits for the commands that run."""

_IDENTIFY = 2
_CONTROL_FRAME = 256
"""Bytes; the frames looked into are shorter, so that a guild's whole state is not parsed twice."""


class Helix(commands.Bot):
    """One client."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        prefix = kit.settings.discord.prefix
        listens = prefix.lower() != NO_PREFIX
        super().__init__(
            command_prefix=prefix if listens else _no_prefix,
            tree_cls=Tree,
            help_command=commands.DefaultHelpCommand(no_category="Commands", show_parameter_descriptions=False),
            intents=_intents(listens=listens),
            allowed_mentions=discord.AllowedMentions.none(),
            case_insensitive=True,
            connector=connector(kit.settings.discord.ca_file),
            proxy=kit.settings.discord.proxy_url,
            enable_debug_events=True,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            status=discord.Status.idle,
            activity=discord.CustomActivity("starting"),
        )
        self.check(self._may)
        self.before_invoke(_begin)

    async def setup_hook(self) -> None:
        """Register every command; runs between login and connection."""
        await add_all(self, self.kit)

    async def publish_commands(self) -> None:
        """Tell Discord of the slash commands, if they changed."""
        settings = self.kit.settings
        await publish.publish(self.tree, settings.discord.guild_id, settings.run_dir / "bot-commands.sha256")

    async def drain(self) -> None:
        """Tell the commands that run to come to an end, and give them a moment."""
        self.kit.stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.kit.jobs.idle()

    async def close(self) -> None:
        """Close everything; a connection that broke at a bad moment must leave no heartbeat thread or pool behind."""
        if (calls_ready := self._connection._ready_task) is not None:
            calls_ready.cancel()  # the library would tell a closed client seconds later that it is ready, and fail
        try:
            await super().close()
        finally:
            for thread in threading.enumerate():
                if isinstance(thread, KeepAliveHandler):
                    thread.stop()
            await self.http.close()

    async def get_context(self, origin: Any, /, *, cls: type[Any] = Ctx) -> Any:
        """Make our own context for messages and interactions alike."""
        return await super().get_context(origin, cls=cls)

    async def on_message(self, message: discord.Message, /) -> None:
        """Carry out a person's command, once, however often Discord delivers it."""
        if message.webhook_id is None and self.kit.once.first(message.id):
            await self.process_commands(message)

    async def on_connect(self) -> None:
        """Note that Discord accepted the session."""
        self.kit.link.up()
        log.info("discord_connected")

    async def on_resumed(self) -> None:
        """Note that Discord took the session up again."""
        self.kit.link.resumed()
        log.info("discord_resumed")

    async def on_disconnect(self) -> None:
        """Note the loss once; the library calls this for each failed attempt."""
        if self.kit.link.connected:
            log.warning("discord_disconnected")
            self.kit.link.down("the connection was lost")

    async def on_socket_raw_receive(self, frame: str) -> None:
        """Note heartbeat answers, and the interval that Discord wants."""
        if len(frame) > _CONTROL_FRAME:
            return
        match json.loads(frame):
            case {"op": 11}:
                self.kit.link.acked()
            case {"op": 10, "d": {"heartbeat_interval": interval}}:
                self.kit.link.hello(interval / 1000)
            case _:
                return

    async def on_socket_raw_send(self, frame: str) -> None:
        """Count the sessions begun."""
        if json.loads(frame).get("op") == _IDENTIFY:
            self.kit.link.identified()

    async def on_command_completion(self, ctx: Ctx) -> None:
        """Note a command that went well."""
        self.note(ctx, "ok")

    async def on_command_error(self, ctx: Ctx, error: commands.CommandError) -> None:  # type: ignore[override]
        """Tell the giver what went wrong, and note it; a word that is no command is none of our business."""
        if isinstance(error, commands.CommandNotFound):
            return
        usage = f"{ctx.clean_prefix}{ctx.command.qualified_name} {ctx.command.signature}".strip() if ctx.command else ""
        failure = failures.explain(error, usage=usage, correlation=ctx.correlation)
        self.note(ctx, failure.outcome, error if failure.unforeseen else None)
        if failure.text:
            try:
                await ctx.answer(Reply(failure.text))
            except discord.HTTPException as deaf:
                log.info("failure_not_told", extra={"correlation": ctx.correlation, "code": deaf.code})

    def note(self, ctx: Ctx, outcome: str, error: BaseException | None = None) -> None:
        """Write a finished command to the log and the figures."""
        name = ctx.command.qualified_name if ctx.command else "unknown"
        self.kit.metrics.command(name, outcome, ctx.seconds)
        facts = {
            "command": name,
            "outcome": outcome,
            "seconds": round(ctx.seconds, 3),
            "user": ctx.author.id,
            "correlation": ctx.correlation,
        }
        log.log(logging.ERROR if error else logging.INFO, "command_finished", extra=facts, exc_info=error)

        if outcome == "denied" or need_of(name) is Need.ACT:
            self.kit.audit.note(_deed(ctx, name, outcome))

    async def post(self, channel_id: int, reply: Reply) -> None:
        """Send a message to a channel, unasked."""
        content, embed = rendered(reply)
        channel = self.get_partial_messageable(channel_id)
        await (channel.send(content) if embed is None else channel.send(content, embed=embed))

    async def show(self, shown: Presence) -> None:
        """Change the presence."""
        await self.change_presence(status=discord.Status(shown.dot), activity=discord.CustomActivity(shown.text))

    async def _may(self, ctx: Ctx) -> bool:
        """Refuse what the giver may not do; asked before every command."""
        command = ctx.command.qualified_name if ctx.command else ""
        reason = refusal(ctx.person, self.kit.rules, need_of(command))
        if reason is not None:
            raise Denied(reason)
        return True


class Tree(app_commands.CommandTree[Helix]):
    """The slash commands; each interaction is carried out once."""

    async def interaction_check(self, interaction: discord.Interaction[Helix], /) -> bool:
        """Refuse what was delivered before."""
        return self.client.kit.once.first(interaction.id)

    async def on_error(self, interaction: discord.Interaction[Helix], error: app_commands.AppCommandError, /) -> None:
        """Tell the giver; hybrid commands report to the client, so this is for what never reached one."""
        failure = failures.explain(error)
        log.warning("interaction_failed", extra={"outcome": failure.outcome, "cause": type(error).__name__})
        if failure.text and not interaction.response.is_done():
            try:
                await interaction.response.send_message(failure.text, ephemeral=True)
            except discord.HTTPException as deaf:
                log.info("failure_not_told", extra={"code": deaf.code})


def _deed(ctx: Ctx, name: str, outcome: str) -> Deed:
    return Deed(
        time=time.time(),
        user_id=ctx.author.id,
        user=ctx.author.name,
        channel_id=ctx.channel.id,
        command=name,
        arguments=shortened({name: getattr(value, "filename", value) for name, value in ctx.kwargs.items()}),
        outcome=outcome,
        seconds=round(ctx.seconds, 3),
        correlation=ctx.correlation,
    )


async def _begin(ctx: Ctx) -> None:
    await ctx.begin()


def _no_prefix(_bot: commands.Bot, _message: discord.Message) -> list[str]:
    return []


def _intents(*, listens: bool) -> discord.Intents:
    intents = discord.Intents.none()
    intents.guilds = True
    if listens:
        intents.guild_messages = True
        intents.message_content = True
    return intents
