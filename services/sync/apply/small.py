"""How are many small actions done together, where both sides are disks of this machine?

They become jobs (jobs.py) that are carried a batch at a time (services/sync/carrying.py), each held to the same
conditions as alone (acts.py). Where there are many, processes of their own carry them (services/sync/carriers.py).
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from helix.core.actions import Action, Download, Upload, cost
from services.sync.apply.jobs import Outcome, error_of, is_small, job_of, outcome_of
from services.sync.apply.throttle import Throttle
from services.sync.carriers import SIDE_BY_SIDE, Carriers
from services.sync.carrying import TreeFailed
from services.sync.remotes.source import CHUNK_BYTES

MANY = 1024
"""So many actions share their flushes."""


class Abandoned(Exception):
    """Nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class SmallActs:
    """Who carries, and how fast it may be, during one pass."""

    carriers: Carriers
    throttle: Throttle
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SIDE_BY_SIDE))

    async def expect(self, actions: Iterable[Action]) -> None:
        """These actions come. Raises `CarrierFailed`."""
        await asyncio.to_thread(self.carriers.expect, sum(map(is_small, actions)))

    def batches(self, wave: Iterable[Action]) -> Iterator[list[Action]]:
        """The actions of a wave, in which any order will do: small ones many at once, each other one alone."""
        batch: list[Action] = []
        room = 0
        for action in wave:
            if not is_small(action):
                yield [action]
                continue
            if batch and (len(batch) == MANY or cost(action) > room):
                yield batch
                batch = []
            room = (room if batch else self._room()) - cost(action)
            batch.append(action)
        if batch:
            yield batch

    async def perform(self, actions: Sequence[Action], fence: Callable[[], None]) -> list[Outcome]:
        """Do small actions; gives what each ended in. Raises what the fence raises: then nothing may be remembered."""
        abandoned = threading.Event()

        def proceed() -> None:
            if abandoned.is_set():
                raise Abandoned
            fence()

        try:
            async with self.turns:
                outcomes = await asyncio.to_thread(self._together, actions, proceed)
        finally:
            abandoned.set()
        done = [action for action, outcome in zip(actions, outcomes, strict=True) if isinstance(outcome, tuple)]
        await self.throttle.up(sum(cost(action) for action in done if isinstance(action, Upload)))
        await self.throttle.down(sum(cost(action) for action in done if isinstance(action, Download)))
        return outcomes

    def _room(self) -> int:
        """How many bytes one batch may move: with a limit, what it lets through in a second."""
        return min([CHUNK_BYTES, *(limit for limit in self.throttle.limits.values() if limit)])

    def _together(self, actions: Sequence[Action], proceed: Callable[[], None]) -> list[Outcome]:
        try:
            answers = self.carriers.carry([job_of(action) for action in actions], proceed)
        except TreeFailed as error:
            raise error_of("the local folder", error.failure) from error
        proceed()  # the last flush may have taken longer than a claim holds
        return [outcome_of(action, answer) for action, answer in zip(actions, answers, strict=True)]
