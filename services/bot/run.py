"""How do the bot's parts run together while there is a token?"""

import asyncio
import logging
import time
from dataclasses import replace

import discord

from helix.board import Board
from helix.control import Control
from helix.core.alerts import AlertLimits
from helix.core.health import MISCONFIGURED, Check, Status
from helix.lifecycle import Heart, Pulse, stop_on_signals
from helix.parsing import Secret
from helix.settings import Settings
from services.bot import endings, permissions, transport, turn
from services.bot.audit import Audit
from services.bot.client import Helix
from services.bot.kit import Kit
from services.bot.link import Link
from services.bot.lives import Lives, Timing
from services.bot.metrics import Metrics
from services.bot.watcher import Pace, Watcher


async def run(
    settings: Settings,
    token: Secret,
    *,
    timing: Timing | None = None,
    pace: Pace | None = None,
    alert_limits: AlertLimits | None = None,
) -> int:
    """Serve until a signal; give the exit status. Raises `Misconfigured` for a certificate file of no use."""
    transport.redirect(settings.discord)
    transport.connector(settings.discord.ca_file)
    _hush_library()
    board = Board(settings.run_dir)
    link = Link()
    heart = Heart("bot", board, lambda: _pulse(link, metrics))
    metrics = Metrics(link, lambda: heart.lag_seconds)
    kit = Kit(
        settings=settings,
        control=Control(settings.control_socket),
        link=link,
        metrics=metrics,
        rules=permissions.rules_of(settings.discord),
        lag_seconds=lambda: heart.lag_seconds,
        audit=Audit(settings.home / "audit"),
    )
    born, timing = time.time(), timing or Timing()

    def is_ours() -> bool:
        return turn.is_ours(board.read("sync"), time.time(), born=born, start_seconds=timing.start_seconds)

    lives = Lives(lambda: Helix(kit), token, link, turn=is_ours, timing=timing)
    watcher = Watcher(
        kit.verdict,
        link,
        lambda: lives.client,
        settings.discord.status_channel_id,
        count=metrics.alert,
        pace=pace,
        limits=alert_limits,
    )
    try:
        async with stop_on_signals() as stop, asyncio.TaskGroup() as tasks:
            beside = (tasks.create_task(heart.run()), tasks.create_task(watcher.run()))
            status = await lives.run(stop)
            for task in beside:
                task.cancel()
    finally:
        if lives.refusal is None:
            await heart.withdraw()
        else:
            await heart.last_words(MISCONFIGURED, _refused(lives.refusal))
    return status


def _pulse(link: Link, metrics: Metrics) -> Pulse:
    return Pulse(
        state=link.phase,
        checks=(replace(link.check(), time=time.time()),),
        facts={"resumes": link.resumes, "identifies": link.identifies, "clients": link.lives},
        metrics=metrics.text(),
    )


def _refused(refusal: endings.Final) -> Check:
    return Check("bot:gateway", Status.FAIL, refusal.message, refusal.remedy, time.time())


def _hush_library() -> None:
    """Keep noise out of the log: voice is left out on purpose, and a lost connection needs no traceback."""
    discord.VoiceClient.warn_nacl = False
    discord.VoiceClient.warn_dave = False
    logging.getLogger("discord.client").addFilter(_untraced)


def _untraced(record: logging.LogRecord) -> bool:
    if isinstance(record.msg, str) and record.msg.startswith("Attempting a reconnect"):
        cause = record.exc_info[0] if record.exc_info else None
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        record.cause = cause.__name__ if cause else ""
    return True
