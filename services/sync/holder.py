"""Who holds the right to write: which HELIX_HOME, in which life of its sync, and is that life surely over?

The home's name outlives its processes and is copied with its files; the life is a process and nobody else's. So of two
containers with copies of one home neither takes the other for itself, and a sync that comes after a crash on the same
machine has the right to write back at once: it can see that its earlier life is over. Elsewhere it waits for the lease
to expire, like everybody.
"""

from services.sync.machine import is_over, life


def holder(home: str) -> str:
    """The name under which this process asks for the right to write."""
    return f"{home}@{life()}"


def is_past(other: str, me: str) -> bool:
    """Whether `other` is an earlier life of our own home that is surely over."""
    return is_same_home(other, me) and is_over(other.partition("@")[2])


def is_same_home(other: str, me: str) -> bool:
    """Whether `other` is another life of our own home, or one of a copy of it."""
    return other != me and other.partition("@")[0] == me.partition("@")[0]
