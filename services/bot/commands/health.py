"""`status`, `doctor`, `heartbeat`, `version`: how is Helix, and which Helix is it?"""

import platform
import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from helix import release
from helix.errors import HelixError
from services.bot import probes
from services.bot.context import Ctx
from services.bot.declare import command, limited
from services.bot.kit import Kit
from services.bot.replies import health


class HealthCommands(commands.Cog, name="Health"):
    """How Helix is."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    @command
    async def status(self, ctx: Ctx) -> None:
        """How Helix is, why, and what to do.

        Works when sync is dead, for that is when it is asked.
        """
        verdict = await self._kit.verdict()
        current = release.current()
        await ctx.answer(health.status(verdict, current.version, current.commit, await self._folders()))

    @command
    @limited(2, 60.0)
    async def doctor(self, ctx: Ctx) -> None:
        """Run the start-up probes now, and show every check behind the status."""
        with self._kit.jobs.hold("doctor", ctx.author.id):
            async with ctx.working():
                probed = await probes.run()
        await ctx.answer(health.doctor(await self._kit.verdict(), probed))

    @command
    async def heartbeat(self, ctx: Ctx) -> None:
        """Is the bot alive, and how closely does Discord answer it?

        Say ages, not the library's latency, which stays good through an outage.
        """
        link = self._kit.link
        folders = await self._folders() or []
        successes = [folder["last_success"] for folder in folders if folder["last_success"]]
        beat = health.Beat(
            connected=link.connected,
            ack_age=link.ack_age_seconds,
            loop_lag=self._kit.lag_seconds(),
            uptime=time.time() - self._kit.started_at,
            resumes=link.resumes,
            lives=link.lives,
            last_success=max(successes, default=None),
        )
        await ctx.answer(health.heartbeat(beat))

    @command
    async def version(self, ctx: Ctx) -> None:
        """Which release runs, and on what.

        Say the commit, so that a stale image shows.
        """
        current = release.current()
        libraries = {
            "Python": platform.python_version(),
            "discord.py": discord.__version__,
            "aiohttp": aiohttp.__version__,
        }
        await ctx.answer(health.version(current.version, current.commit, libraries))

    async def _folders(self) -> Sequence[Mapping[str, Any]] | None:
        try:
            status = await self._kit.control.status()
        except HelixError:
            return None
        folders: Sequence[Mapping[str, Any]] = status["folders"]
        return folders
