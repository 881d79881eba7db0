"""How do many tasks share one API connection?

MEGA takes many commands in one request. While one request is on its way, the commands of all tasks gather, and leave
together when it is back: so small files cost bytes, not round trips. A session that has ended is renewed once, and the
commands, which MEGA refused as a whole, are sent again; but for changes whose answer had been lost before, since they
may have happened, and the new session's request is not known as the same.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from helix.core.pacing import Backoff
from services.sync.remotes.errors import RemoteError, Throttled, Unreachable
from services.sync.remotes.mega.channel import Channel, Command, Parse, checked, code_of
from services.sync.remotes.mega.codes import AGAIN, NO_SESSION, PASSING, Coded, of_code
from services.sync.remotes.mega.reading import parse
from services.sync.remotes.mega.session import Session, Sessions
from services.sync.remotes.mega.threads import Threads

T = TypeVar("T")

MOST_COMMANDS = 64
TALKERS = 4
CHANGING = frozenset({"p", "a", "m", "d"})
"""Commands that are not sent again when they may have happened."""
RENEWAL_SECONDS = 30.0
"""Two renewals are at least so far apart: MEGA blocks accounts that log in all the time."""


class Api:
    """MEGA's commands for the event loop."""

    def __init__(self, channel: Channel, sessions: Sessions, *, patience: Backoff, movers: int) -> None:
        self.channel = channel
        # apart, so that a command never waits behind content
        self._talkers = Threads(TALKERS, "mega-api")
        self._movers = Threads(movers, "mega-content")
        self.observe: Callable[[float], None] = _unseen
        self._sessions = sessions
        self._patience = patience
        self._session: Session | None = None
        self._renewed_at = -RENEWAL_SECONDS
        self._renewing = asyncio.Lock()
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._sender: asyncio.Task[None] | None = None

    @property
    def session(self) -> Session:
        """Who we are; only after `open`."""
        if self._session is None:
            raise Unreachable("MEGA was used before it was connected")
        return self._session

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Blocking talk with MEGA in a thread."""
        return await self._talkers.run(work, *arguments)

    async def move(self, work: Callable[..., T], *arguments: Any) -> T:
        """Blocking work on content in a thread."""
        return await self._movers.run(work, *arguments)

    async def open(self) -> None:
        """Take the stored session, or log in."""
        if self._session is None:
            self._session = await self.run(self._sessions.resume) or await self.run(self._sessions.login)

    async def whole(self, command: Command, what: str) -> Any:
        """One command alone, such as the listing, parsed in small steps."""
        return checked((await self._exchange([command], what, parse))[0], what)

    async def send(self, command: Command, what: str) -> Any:
        """One command, together with others; its result, or its typed error."""
        for failures in range(1, self._patience.tries + 1):
            result = await self._enqueue(command)
            code = code_of(result)
            pause = self._patience.wait(failures, random.random)
            if code not in PASSING or pause is None:
                break
            await asyncio.sleep(pause)
        return checked(result, what)

    async def poll(self, sn: str) -> dict[str, Any]:
        """Events since `sn`, or an address to wait at. Raises `Outdated`."""
        what = "asking MEGA for events"
        return await self._in_session(lambda session: self.channel.poll(session.sid, sn, parse=parse), what)

    def close(self) -> None:
        """End everything that is under way."""
        self.channel.transport.close()
        if self._sender is not None:
            self._sender.cancel()
        for _, future in self._waiting:
            future.cancel()
        for pool in (self._talkers, self._movers):
            pool.close()

    def _enqueue(self, command: Command) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, future))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send_all())
        return future

    async def _send_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_COMMANDS], self._waiting[MOST_COMMANDS:]
            batch = [(command, future) for command, future in batch if not future.cancelled()]
            if not batch:
                continue
            try:
                results = await self._exchange([command for command, _ in batch], "asking MEGA", parse)
            except RemoteError as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(_copy(error))
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)

    async def _exchange(self, commands: list[Command], what: str, reader: Parse) -> list[Any]:
        changes = not CHANGING.isdisjoint(command["a"] for command in commands)
        return await self._in_session(
            lambda session: self.channel.exchange(commands, session.sid, parse=reader), what, changes=changes
        )

    async def _in_session(self, work: Callable[[Session], T], what: str, *, changes: bool = False) -> T:
        """Do it; renew the session once if MEGA says that it has ended.

        Raises `Unreachable` for changes that the ended session may have made: the caller has to look.
        """
        session, started = self.session, time.monotonic()
        try:
            return await self.run(work, session)
        except Coded as refused:
            # a stored session that is stale may also be answered with −3 for ever
            stale = refused.code == NO_SESSION or (refused.code == AGAIN and session.resumed)
            if not stale:
                raise of_code(refused.code, what) from None
            doubtful = changes and refused.after_loss
        finally:
            self.observe(time.monotonic() - started)
        await self._renew(session)
        if doubtful:
            raise Unreachable(f"{what}: MEGA ended the session and did not say whether it was done")
        try:
            return await self.run(work, self.session)
        except Coded as refused:
            raise of_code(refused.code, what) from None

    async def _renew(self, seen: Session) -> None:
        async with self._renewing:
            if self._session is not seen:
                return
            since = time.monotonic() - self._renewed_at
            if since < RENEWAL_SECONDS:
                raise Throttled("MEGA ended the session again", retry_after=RENEWAL_SECONDS - since)
            self._renewed_at = time.monotonic()
            self._session = await self.run(self._sessions.login)


def _copy(error: RemoteError) -> RemoteError:
    """One for each task: an exception that is raised twice gathers both tracebacks."""
    return type(error)(error.message, remedy=error.remedy, retry_after=error.retry_after)


def _unseen(_seconds: float) -> None:
    """The durations nobody asks for."""
