"""How is the link to Discord, and which check says so?

The client notes what it sees; `check` turns that into the bot's one check, `bot:gateway`. What counts is the age of
the last heartbeat answer: the library's own latency keeps its last good value for as long as a black hole lasts.
Wrong credentials must fail a start, and an outage of Discord must not: so the check fails only while Discord has
neither taken the token nor been found unreachable, and warns ever after.
"""

import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from helix.core.health import Check, Status

CHECK = "bot:gateway"

DECIDING_SECONDS = 30.0
"""How long a start may wait for Discord's word on the token before it counts as an outage."""

LATE_SECONDS = 10.0
"""An answer may come so much later than a heartbeat interval; half an interval where that is shorter."""

HOUR = 3600.0

_TRY_AGAIN = "Helix tries again by itself; look at discordstatus.com if it lasts"


class Phase(StrEnum):
    """Where the bot is; also the state in its report."""

    STARTING = "starting"
    STANDBY = "standby"
    CONNECTED = "connected"
    AWAY = "away"
    STOPPING = "stopping"


class Link:
    """What is known of the link to Discord; outlives every single client."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.phase = Phase.STARTING
        self.cause = ""
        self.resumes = 0
        self.identifies = 0
        self.lives = 0
        self._clock = clock
        self._since = clock()
        self._interval = 41.25
        self._acked_at: float | None = None
        self._identified_at: deque[float] = deque(maxlen=1000)

    @property
    def connected(self) -> bool:
        """True while Discord has accepted the session and not dropped it."""
        return self.phase is Phase.CONNECTED

    @property
    def phase_seconds(self) -> float:
        """How long the present phase lasts."""
        return self._clock() - self._since

    @property
    def ack_age_seconds(self) -> float | None:
        """How long ago Discord last answered a heartbeat; None before the first answer of a connection."""
        return None if self._acked_at is None else self._clock() - self._acked_at

    def born(self) -> None:
        """A new client has been built."""
        self.lives += 1

    def hello(self, interval: float) -> None:
        """Discord said how often it wants a heartbeat."""
        self._interval = interval

    def identified(self) -> None:
        """The client has begun a new session; Discord resets a token that begins 1,000 in a day."""
        self.identifies += 1
        self._identified_at.append(self._clock())

    def identifies_within(self, seconds: float) -> int:
        """How many sessions were begun in the last *seconds*."""
        return sum(at > self._clock() - seconds for at in self._identified_at)

    def acked(self) -> None:
        """Discord answered a heartbeat."""
        self._acked_at = self._clock()

    def up(self) -> None:
        """Discord accepted the session."""
        self._enter(Phase.CONNECTED)
        self.cause = ""
        self._acked_at = self._clock()

    def resumed(self) -> None:
        """Discord took the old session up again."""
        self.resumes += 1
        self.up()

    def down(self, cause: str) -> None:
        """The connection is gone, or could not be made; *cause* holds no secret."""
        self._enter(Phase.AWAY)
        self.cause = cause or self.cause
        self._acked_at = None

    def parked(self) -> None:
        """Discord took the token; the gateway is left alone until it is this container's turn."""
        self._enter(Phase.STANDBY)

    def stopping(self) -> None:
        """The bot has been told to stop."""
        self._enter(Phase.STOPPING)

    def check(self) -> Check:
        """Give the check `bot:gateway` as of now; its time is left to the caller."""
        status, output, remedy = self._judge()
        age = self.ack_age_seconds
        return Check(CHECK, status, output, remedy, 0.0, None if age is None else round(age, 1), "s" if age else "")

    def _judge(self) -> tuple[Status, str, str]:
        match self.phase:
            case Phase.STARTING if self.phase_seconds < DECIDING_SECONDS:
                return Status.FAIL, "Discord has not taken the bot's token yet", "wait a few seconds"
            case Phase.STARTING:
                return Status.WARN, "Discord does not answer", _TRY_AGAIN
            case Phase.AWAY:
                since = f"the bot has no connection to Discord since {self.phase_seconds:.0f} s"
                return Status.WARN, f"{since}: {self.cause}" if self.cause else since, _TRY_AGAIN
            case Phase.CONNECTED if (self.ack_age_seconds or 0.0) > self._interval + self._allowance:
                late = f"Discord has not answered the bot's heartbeat for {self.ack_age_seconds:.0f} s"
                return Status.WARN, late, "Helix connects anew by itself; look at discordstatus.com if it lasts"
            case Phase.STANDBY:
                return (
                    Status.PASS,
                    "the bot waits until this container is the writer, so that one container answers",
                    "",
                )
            case _:
                return Status.PASS, "", ""

    @property
    def _allowance(self) -> float:
        return min(LATE_SECONDS, self._interval / 2)

    def _enter(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self._since = self._clock()
