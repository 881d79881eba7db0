"""When does the bot speak without being asked?

Every few seconds it gives the verdict to `helix.core.alerts` and posts what people should be told to the status
channel. While Discord is away, alerts wait in a queue of limited length; each stands in the log as well, at once,
for the gateway may be the very thing that failed. The bot's presence follows the verdict, told only when it
changes, and not more often than every 15 seconds.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import discord

from helix.core.alerts import Alert, AlertLimits, Memory, decide
from helix.core.health import Verdict
from services.bot.link import Link, Phase
from services.bot.replies.notices import Presence, digest, presence
from services.bot.replies.reply import Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the watcher looks, and how patient it is with Discord."""

    look_seconds: float = 2.0
    presence_seconds: float = 15.0
    start_seconds: float = 60.0
    send_seconds: float = 30.0
    retry_seconds: float = 60.0
    queue: int = 100


class Speaker(Protocol):
    """What the watcher needs of the present client."""

    async def post(self, channel_id: int, reply: Reply) -> None:
        """Send a message to a channel."""

    async def show(self, shown: Presence) -> None:
        """Change the presence."""


class Watcher:
    """Looks at the verdict, tells changes."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Verdict]],
        link: Link,
        speaker: Callable[[], Speaker | None],
        channel_id: int | None,
        *,
        count: Callable[[str], None],
        pace: Pace | None = None,
        limits: AlertLimits | None = None,
    ) -> None:
        self._look = look
        self._link = link
        self._speaker = speaker
        self._channel_id = channel_id
        self._count = count
        self._pace = pace or Pace()
        self._limits = limits or AlertLimits()
        self._memory: Memory = {}
        self._queue: deque[Alert] = deque()
        self._dropped = 0
        self._not_before = 0.0
        self._shown: tuple[Presence, int] | None = None
        self._shown_at = float("-inf")
        self._armed_at = time.monotonic() + self._pace.start_seconds

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await self.look_once()
            await asyncio.sleep(self._pace.look_seconds)

    async def look_once(self) -> None:
        """Look at the verdict, note alerts, send what waits. A container that is not the writer keeps silent."""
        verdict = await self._look()
        if self._link.phase in (Phase.STANDBY, Phase.STOPPING):
            return
        if verdict.ready:
            self._armed_at = float("-inf")
        if time.monotonic() >= self._armed_at:
            self._note(verdict)
        speaker = self._speaker()
        if speaker is not None and self._link.connected:
            await self._deliver(speaker)
            await self._show(speaker, presence(verdict))

    def _note(self, verdict: Verdict) -> None:
        """Raise alerts; a start is given time to finish before its causes count as failures."""
        self._memory, alerts = decide(self._memory, verdict.causes, verdict.now, self._limits)
        for alert in alerts:
            self._count(alert.kind)
            facts = {"kind": alert.kind, "check": alert.check.name, "cause": alert.check.output, "times": alert.times}
            log.warning("alert_raised", extra=facts)
            self._queue.append(alert)
        while len(self._queue) > self._pace.queue:
            self._queue.popleft()
            self._dropped += 1

    async def _deliver(self, speaker: Speaker) -> None:
        if self._channel_id is None:
            self._queue.clear()
            return
        while self._queue and time.monotonic() >= self._not_before:
            message, count = digest(tuple(self._queue), self._dropped)
            try:
                async with asyncio.timeout(self._pace.send_seconds):
                    await speaker.post(self._channel_id, message)
            except (discord.HTTPException, OSError, TimeoutError) as error:
                self._not_before = time.monotonic() + self._pace.retry_seconds
                log.warning("alerts_not_delivered", extra={"waiting": len(self._queue), "cause": type(error).__name__})
                return
            self._dropped = 0
            for _ in range(count):
                self._queue.popleft()

    async def _show(self, speaker: Speaker, wanted: Presence) -> None:
        """Show *wanted* if it is new, or if the session is: a new one begins without it."""
        due = time.monotonic() - self._shown_at >= self._pace.presence_seconds
        if self._shown == (wanted, self._link.identifies) or not due:
            return
        try:
            await speaker.show(wanted)
        except (discord.DiscordException, OSError) as error:
            log.info("presence_not_shown", extra={"cause": type(error).__name__})
            return
        self._shown = (wanted, self._link.identifies)
        self._shown_at = time.monotonic()
