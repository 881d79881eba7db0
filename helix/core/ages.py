"""What time is it at the least, so that a clock that is wrong makes nothing in the trash look old?

What is in the trash bears the time at which it came there, and goes when that is long ago. A clock that jumps ahead
would send all of it away at once. So its age is judged by a *sure* time, which moves as follows:

| between two readings                                   | the sure time                                             |
|--------------------------------------------------------|-----------------------------------------------------------|
| the counter of one boot tells how long it was          | moves on by that                                          |
| another boot, or another machine: nobody counted       | moves on with the clock, by a day at most                 |
| nothing is known, as with a new journal                | begins a day after the newest thing that was kept         |
| the clock went back                                    | is never later than the clock                             |
| no jump for as long as things are to be kept           | is the clock's: what was there at the jump has had its time |

So a real stop of more than a day keeps things longer than was asked, and no clock, however wrong, keeps them shorter.
"""

from dataclasses import dataclass
from typing import NamedTuple

SLACK_SECONDS = 60.0
"""Smaller steps are the time service's daily work, and are believed."""
STOP_SECONDS = 86_400.0
"""So long a stop is believed without a witness."""


class Reading(NamedTuple):
    """What the clocks of a machine say at one moment."""

    clock: float
    """The time of day, seconds since 1970; anybody may set it."""
    counter: float
    """Seconds since the machine was started; nobody can set it."""
    boot: str
    """Names that start of that machine."""


@dataclass(frozen=True, slots=True)
class Age:
    """How far the clock is believed."""

    read: Reading
    ahead: float = 0.0
    """Seconds by which the clock may be ahead of the truth."""
    steady: float = 0.0
    """Seconds that were counted since it last jumped ahead."""

    @property
    def sure(self) -> float:
        """The time that it surely is, seconds since 1970."""
        return self.read.clock - self.ahead


def begin(read: Reading, newest: float | None) -> Age:
    """The first reading; `newest` is the time of the newest thing that was kept, if there is any."""
    return Age(read, 0.0 if newest is None else max(0.0, read.clock - newest - STOP_SECONDS))


def advance(before: Age, read: Reading, keep: float) -> Age:
    """A further reading, where things are to be kept for `keep` seconds."""
    went = read.clock - before.read.clock
    counted = read.counter - before.read.counter
    is_counted = read.boot == before.read.boot and counted >= 0
    passed = counted if is_counted else min(max(0.0, went), STOP_SECONDS)
    jump = went - passed
    if jump > SLACK_SECONDS:
        return Age(read, before.ahead + jump)
    steady = before.steady + (counted if is_counted else 0.0)
    ahead = max(0.0, before.ahead + min(0.0, jump))
    return Age(read, 0.0 if steady >= keep else ahead, steady)
