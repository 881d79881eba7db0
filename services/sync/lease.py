"""Who may write to the remote? One writer at a time, by a lease with an epoch and an expiry.

The holder renews; a lease that nobody renewed for its whole time, by the *observer's own* monotonic clock, may be
taken over with the next epoch (so wrong clocks do no harm). A holder that can't renew stops by itself before others may
begin: its time runs from before the renewal was sent, also while the machine sleeps, and a process that slept past it
finds out at its next look. A claim that has lapsed is never revived: it is claimed anew, with the next epoch.

A lease that somebody deleted or spoiled frees nothing at once: for who has seen one before, or finds a place that has
had one, nothing is a lease like any other, and epochs only grow.

Where the lease is kept is a `LeaseStore`: see `services/sync/leases`.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol

from helix.errors import HelixError
from services.sync.holder import is_past, is_same_home
from services.sync.machine import waking_clock

log = logging.getLogger(__name__)

TTL_SECONDS = 30.0
"""A crash of the writer holds the others up for so long; a release does not."""
SAFETY = 0.8
"""The holder stops at this share of the time, so that it is surely silent when another may begin."""
ASK_SECONDS = 15.0


class LeaseLost(HelixError):
    """Another container may be writing now."""


class LeaseTwin(HelixError):
    """Another container goes by our name."""

    def __init__(self) -> None:
        super().__init__(
            "another Helix that holds the right to write has a copy of this one's HELIX_HOME",
            remedy="stop one of the two, or remove journal/owner from the HELIX_HOME of one and restart it",
        )


class LeaseChanged(Exception):
    """The store held another lease than expected."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What stands in the store. `nonce` differs at every write, so an unrenewed lease can be told."""

    owner: str
    epoch: int
    released: bool
    nonce: str

    def encode(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, data: bytes) -> "Grant":
        """From JSON; anything else counts as a lease of nobody, which expires like any other."""
        try:
            body = json.loads(data)
            return cls(str(body["owner"]), int(body["epoch"]), bool(body["released"]), str(body["nonce"]))
        except (ValueError, TypeError, KeyError):
            return cls("unreadable", 0, False, data[:64].hex())


LOST = Grant("nobody", 0, False, "")
"""No lease, in whatever epoch, where there has been one: somebody deleted it, and its holder may still write."""


class LeaseStore(Protocol):
    """Keeps one grant; writes only over what the writer saw."""

    async def read(self) -> Grant | None:
        """The grant, `LOST`, or None if there never was one. Raises HelixError if the store can't be reached."""

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        """Replace `over` by `grant`. Raises `LeaseChanged` if something else is there."""


class Lease:
    """One container's claim on one remote."""

    def __init__(
        self,
        store: LeaseStore,
        owner: str,
        *,
        on_change: Callable[[], None],
        ttl: float = TTL_SECONDS,
        clock: Callable[[], float] = waking_clock,
    ) -> None:
        self.ttl = ttl
        self.error: HelixError | None = None
        """Why the store could not be asked, if it could not."""
        self.answered = False
        """Whether the store ever was asked with success since the program's start."""
        self.rival = False
        """Whether another container was seen to hold the right to write."""
        self._store = store
        self._owner = owner
        self._on_change = on_change
        self._clock = clock
        self._mine: Grant | None = None
        self._valid_until = float("-inf")
        self._seen: tuple[str, float] = ("", clock())
        self._highest = 0
        """The highest epoch that was ever seen."""
        self._sent: set[str] = set()
        """The nonces that we may have written: their leases are ours, whatever the answer was."""
        self._watched: Grant | None = None
        """What the last look for a claim found."""

    @property
    def held(self) -> bool:
        """Whether we may write now."""
        return self._mine is not None and self._clock() < self._valid_until

    @property
    def epoch(self) -> int:
        """The epoch of our claim, 0 without one."""
        return self._mine.epoch if self._mine else 0

    def fence(self) -> Callable[[], None]:
        """A check for one pass: raises `LeaseLost` once the claim under which the pass began has ended."""
        epoch = self.epoch if self.held else 0

        def check() -> None:
            if epoch and not (self.held and self.epoch == epoch):
                raise LeaseLost("the right to write has ended", remedy="nothing to do: another container has it")

        return check

    async def run(self) -> None:
        """Claim, renew, or watch, until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(self.ttl / 6 if self.held else min(2.0, self.ttl / 6))

    async def step(self) -> None:
        """One look at the store."""
        before = self.held
        try:
            async with asyncio.timeout(ASK_SECONDS):
                await self._renew() if self.held else await self._claim()
            self.error = None
            self.answered = True
        except LeaseChanged:
            self._mine = None
            self.rival = True
        except HelixError as error:
            self.error = error
        except TimeoutError:
            self.error = HelixError("the lease could not be renewed in time", remedy="check the remote")
        except OSError as error:
            self.error = HelixError(f"the lease could not be written: {error.strerror}", remedy="free some space")
        if self.held != before:
            log.info("lease_changed", extra={"held": self.held, "epoch": self.epoch})
            self._on_change()

    async def release(self) -> None:
        """Give it back, so that the next container need not wait."""
        if self._mine is None:
            return
        mine, self._mine = self._mine, None
        self._valid_until = float("-inf")
        gone = Grant(mine.owner, mine.epoch, True, secrets.token_hex(8))
        try:
            async with asyncio.timeout(ASK_SECONDS):
                await self._store.write(gone, over=mine)
        except (HelixError, LeaseChanged, OSError) as error:
            log.info("lease_not_released", extra={"cause": str(error)})

    async def _renew(self) -> None:
        assert self._mine is not None
        await self._write(self._mine.epoch, over=self._mine)

    async def _claim(self) -> None:
        self._mine = None
        watched, there = self._watched, await self._store.read()
        self._watched = there
        if there is not None:
            self._highest = max(self._highest, there.epoch)
        self.rival = not self._is_free(there)
        if not self.rival:
            await self._write(self._highest + 1, over=there)
        elif there and watched and is_same_home(there.owner, self._owner) and there.nonce != watched.nonce:
            raise LeaseTwin  # it renews, so it is no earlier life of ours

    def _is_free(self, there: Grant | None) -> bool:
        expired = self._is_expired(there.nonce if there else "")
        if there is None or there.owner == LOST.owner:
            was_ours = self._clock() < self._valid_until
            is_first = there is None and not self._highest
            return is_first or was_ours or expired
        return there.released or expired or there.nonce in self._sent or is_past(there.owner, self._owner)

    async def _write(self, epoch: int, *, over: Grant | None) -> None:
        asked = self._clock()
        grant = Grant(self._owner, epoch, False, secrets.token_hex(8))
        self._sent.add(grant.nonce)
        await self._store.write(grant, over=over)
        self._sent = {grant.nonce}
        self._highest = max(self._highest, epoch)
        self._mine, self._valid_until = grant, asked + self.ttl * SAFETY

    def _is_expired(self, nonce: str) -> bool:
        """Whether the lease has stood still for its whole time; nothing counts as a lease without a nonce."""
        if nonce != self._seen[0]:
            self._seen = (nonce, self._clock())
        return self._clock() - self._seen[1] >= self.ttl


class SoleWriter:
    """The store of a folder that nobody else writes to: the claim always succeeds."""

    async def read(self) -> Grant | None:
        """Nothing was ever there."""
        return None

    async def write(self, grant: Grant, *, over: Grant | None) -> None:
        """Always fine."""
