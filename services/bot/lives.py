"""When is a Discord client built, rebuilt and given up?

The library reconnects by itself, except in three cases that were measured: REST refused at login, the gateway
refused at the first connection, and a resume address that is dead for good. So an outer loop builds a new client
after each end, with capped exponential backoff and jitter, and a watchdog ends a client that stays unconnected.
Ends that no attempt can mend stop the bot with exit status 78 (see `endings`).

While it is not this container's turn (see `turn`), the token is tried by REST only and the gateway is left to the
other one: two sessions of one token answer every command twice.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from helix.errors import EX_CONFIG
from helix.parsing import Secret
from services.bot import endings
from services.bot.link import HOUR, Link, Phase
from services.bot.turn import START_SECONDS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient the loop is. Thirty sessions an hour stay under Discord's 1,000 a day."""

    watchdog_seconds: float = 45.0
    first_delay_seconds: float = 1.0
    longest_delay_seconds: float = 300.0
    steady_seconds: float = 60.0
    close_seconds: float = 5.0
    look_seconds: float = 1.0
    sessions_an_hour: int = 30
    start_seconds: float = START_SECONDS


class Client(Protocol):
    """What the loop needs of a Discord client."""

    async def login(self, token: str) -> None:
        """Try the token by REST."""

    async def connect(self, *, reconnect: bool = True) -> None:
        """Serve until closed."""

    async def drain(self) -> None:
        """Let the commands that run come to an end, within seconds."""

    async def close(self) -> None:
        """Close the gateway with code 1000, and every connection."""

    async def publish_commands(self) -> None:
        """Tell Discord of the slash commands, if they changed."""


ClientT = TypeVar("ClientT", bound=Client)


class Lives(Generic[ClientT]):
    """Runs one client after the other; `client` is the present one."""

    def __init__(
        self,
        build: Callable[[], ClientT],
        token: Secret,
        link: Link,
        *,
        turn: Callable[[], bool],
        timing: Timing | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.client: ClientT | None = None
        self._build = build
        self._token = token
        self._link = link
        self._turn = turn
        self._timing = timing or Timing()
        self._rng = rng or random.Random()  # noqa: S311 (spreads attempts; guards nothing)
        self._failures = 0
        self.refusal: endings.Final | None = None

    async def run(self, stop: asyncio.Event) -> int:
        """Serve until *stop* (gives 0) or until no attempt can help (gives 78, and `refusal` says why)."""
        while not stop.is_set():
            match await self._live(stop):
                case endings.Final(message, remedy) as final:
                    self.refusal = final
                    log.critical("bot_refused", extra={"cause": message, "remedy": remedy})
                    return EX_CONFIG
                case endings.Lost(cause):
                    delay = self._next_delay()
                    log.warning("discord_lost", extra={"cause": cause, "again_in_seconds": round(delay, 1)})
                    await _pause(stop, delay)
                case None:
                    self._failures = 0
        return 0

    async def _live(self, stop: asyncio.Event) -> endings.Final | endings.Lost | None:
        """Give how one client's life ended; None when it was ended on purpose."""
        client = self.client = self._build()
        self._link.born()
        serving = asyncio.create_task(self._serve(client))
        watching = asyncio.create_task(self._watch())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                self._link.stopping()
                await self._end(serving, watching)
                await client.drain()
                return None
            ending = _ending(serving) if serving.done() else watching.result()
        finally:
            await self._bury(client, serving, watching, stopping)
        if ending is not None and not stop.is_set():
            self._link.down(ending.cause if isinstance(ending, endings.Lost) else ending.message)
        return ending

    async def _serve(self, client: Client) -> None:
        await client.login(self._token.reveal())
        while not self._turn():
            self._link.parked()
            await asyncio.sleep(self._timing.look_seconds)
        await client.publish_commands()
        await client.connect(reconnect=True)

    async def _watch(self) -> endings.Lost | None:
        """Return when the client should end: unconnected for too long, too many sessions, or not its turn any more."""
        unconnected = 0.0
        while True:
            await asyncio.sleep(self._timing.look_seconds)
            if self._link.phase in (Phase.CONNECTED, Phase.STANDBY):
                unconnected = 0.0
                if self._link.connected and self._link.phase_seconds > self._timing.steady_seconds:
                    self._failures = 0
                if self._link.connected and not self._turn():
                    return None
            else:
                unconnected += self._timing.look_seconds
            if unconnected > self._timing.watchdog_seconds:
                return endings.Lost(self._link.cause or f"no connection for {unconnected:.0f} s")
            if self._link.identifies_within(HOUR) > self._timing.sessions_an_hour:
                self._failures = 10
                return endings.Lost("Discord ends every session")

    async def _bury(self, client: Client, *tasks: "asyncio.Task[object]") -> None:
        """Leave no task behind, and close the client in an orderly way, within a time limit.

        The tasks go first: a client that still reads answers its own close with code 4000, which keeps the session.
        """
        self.client = None
        await self._end(*tasks)
        try:
            async with asyncio.timeout(self._timing.close_seconds):
                await client.close()
        except TimeoutError:
            log.warning("discord_close_timed_out")

    @staticmethod
    async def _end(*tasks: "asyncio.Task[object]") -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _next_delay(self) -> float:
        ceiling = min(self._timing.longest_delay_seconds, self._timing.first_delay_seconds * 2.0**self._failures)
        self._failures = min(self._failures + 1, 16)
        return float(ceiling * self._rng.uniform(0.5, 1.0))


def _ending(serving: "asyncio.Task[None]") -> endings.Final | endings.Lost:
    error = serving.exception()
    if error is None:
        return endings.Lost("Discord closed the connection")
    ending = endings.of(error)
    if isinstance(ending, endings.Lost) and ending.unforeseen:
        log.error("discord_client_failed", exc_info=error)
    return ending


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not past *stop*."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
