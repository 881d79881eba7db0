"""How is the bot put together? `python -m services.bot`

Without a token it posts that it is disabled, and imports no Discord library at all.
"""

import asyncio
import os
import sys
from pathlib import Path

from helix import logs, settings
from helix.board import Board
from helix.core.health import Check, Status
from helix.lifecycle import Heart, Pulse, stop_on_signals
from helix.settings import Settings
from helix.start import leave_with
from services.bot.link import Link
from services.bot.metrics import Metrics


def main() -> int:
    """Run; give the exit status."""
    return leave_with("bot", os.environ, work)


def work() -> int:
    """Read the settings, then be the bot, or say that there is none."""
    found = settings.from_env(os.environ, cwd=Path.cwd())
    logs.setup("bot", level=found.log_level, style=found.log_format, secrets=found.secrets)
    found.run_dir.mkdir(parents=True, exist_ok=True)
    if found.discord.token is None:
        return asyncio.run(_disabled(found))
    from services.bot.run import run  # noqa: PLC0415 (a bot without a token needs no Discord library)

    return asyncio.run(run(found, found.discord.token))


async def _disabled(found: Settings) -> int:
    """Say once a second that there is no bot, which is no failure; its figures stand at 0."""
    board = Board(found.run_dir)
    check = Check("bot:gateway", Status.PASS, "the bot is disabled: no DISCORD_BOT_TOKEN is set")
    metrics = Metrics(Link(), lambda: heart.lag_seconds)
    heart = Heart("bot", board, lambda: Pulse(state="disabled", checks=(check,), metrics=metrics.text()))
    async with stop_on_signals() as stop:
        beating = asyncio.create_task(heart.run())
        await stop.wait()
        beating.cancel()
    await heart.withdraw()
    return 0


if __name__ == "__main__":
    sys.exit(main())
