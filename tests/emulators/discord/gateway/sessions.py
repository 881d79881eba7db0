"""Which gateway sessions exist, what have they been sent, and who may resume them?"""

import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..clock import Clock
from . import intents

Frame = dict[str, Any]

REPLAY_LENGTH = 1000  # events kept for a session that is away
LIFETIME = 180.0  # seconds that a session without a connection can still be resumed


class Pipe(Protocol):
    """A connection as the rest of the server sees it: where frames go, and what can befall it."""

    silent: bool
    session: "Session | None"

    def push(self, frame: Frame) -> None: ...

    def close(self, code: int) -> None: ...

    def abort(self) -> None: ...


@dataclass(slots=True)
class Session:
    """One IDENTIFY and all that follows from it, over however many connections."""

    id: str
    intents: int
    shard: tuple[int, int]
    bot_id: int
    presence: dict[str, Any] | None
    sequence: int = 0
    sent: deque[Frame] = field(default_factory=lambda: deque(maxlen=REPLAY_LENGTH))
    pipe: Pipe | None = None
    left_at: float | None = None

    def deliver(self, event: str, payload: dict[str, Any]) -> None:
        """Number the event, keep it for a resume and send it if somebody is there."""
        self.sequence += 1
        frame = {"op": 0, "t": event, "s": self.sequence, "d": payload}
        self.sent.append(frame)
        if self.pipe is not None:
            self.pipe.push(frame)

    def missed_since(self, sequence: int) -> list[Frame]:
        return [frame for frame in self.sent if frame["s"] > sequence]

    def serves(self, guild_id: int | None) -> bool:
        """Whether events of this guild (None: private ones) belong to this shard."""
        number, count = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % count)


class Sessions:
    """All sessions, and the fan-out of events to those that may see them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._by_id.values()))

    def open(self, bits: int, shard: tuple[int, int], bot_id: int, presence: dict[str, Any] | None) -> Session:
        session = Session(secrets.token_hex(16), bits, shard, bot_id, presence)
        self._by_id[session.id] = session
        return session

    def find(self, session_id: object) -> Session | None:
        """A session that can still be resumed."""
        session = self._by_id.get(str(session_id))
        if session is None:
            return None
        if session.left_at is not None and self._clock.now() - session.left_at > LIFETIME:
            self.forget(session)
            return None
        return session

    def leave(self, session: Session) -> None:
        """The connection is gone; the session waits to be resumed."""
        session.pipe = None
        session.left_at = self._clock.now()

    def forget(self, session: Session) -> None:
        self._by_id.pop(session.id, None)
        session.pipe = None

    def connected(self) -> list[Session]:
        return [session for session in self if session.pipe is not None]

    def dispatch(
        self,
        event: str,
        payload: dict[str, Any],
        guild_id: int | None,
        only: Callable[[Session], bool] = lambda _: True,
    ) -> None:
        """Send an event to each session whose shard and intents it fits."""
        for session in self:
            if session.serves(guild_id) and only(session) and intents.may_see(event, payload, session.intents):
                session.deliver(event, intents.blanked(event, payload, session.intents, session.bot_id))
