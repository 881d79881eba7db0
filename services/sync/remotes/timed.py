"""How long do the requests to a remote take, and how do they end? A remote around a remote that measures.

The histogram is kept here in plain numbers and handed to Prometheus at each scrape.
"""

import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import TypeVar

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from services.sync.hints import Hint
from services.sync.remotes.remote import Entry, Features, Progress, Quota, Remote, no_progress
from services.sync.remotes.source import Source
from services.sync.walk import Witness

T = TypeVar("T")

BOUNDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


class Requests(Collector):
    """The durations of all requests to all remotes, by remote kind and operation."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._sums: dict[tuple[str, str], float] = {}

    def add(self, remote: str, operation: str, seconds: float) -> None:
        """One request has ended."""
        key = (remote, operation)
        counts = self._counts.setdefault(key, [0] * (len(BOUNDS) + 1))
        counts[bisect_left(BOUNDS, seconds)] += 1
        self._sums[key] = self._sums.get(key, 0.0) + seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """One family."""
        family = HistogramMetricFamily(
            "helix_remote_request_duration_seconds", "Duration of requests.", labels=["remote", "operation"]
        )
        for key, counts in self._counts.items():
            running, buckets = 0, []
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
                running += count
                buckets.append((bound, running))
            family.add_metric(key, buckets, self._sums[key])
        yield family


class TimedRemote:
    """Passes everything on and measures it."""

    def __init__(self, inner: Remote, requests: Requests) -> None:
        self._inner = inner
        self._requests = requests
        self._kind = inner.name.partition(":")[0]

    @property
    def name(self) -> str:
        """The inner one's."""
        return self._inner.name

    @property
    def features(self) -> Features:
        """The inner one's."""
        return self._inner.features

    async def connect(self) -> None:
        """Measured."""
        await self._timed("connect", self._inner.connect())

    async def close(self) -> None:
        """Passed on."""
        await self._inner.close()

    async def listing(self, under: str = "", witness: Witness | None = None) -> AsyncIterator[list[Entry]]:
        """Measured a batch at a time, without the time that the caller takes."""
        batches = self._inner.listing(under, witness)
        while (batch := await self._timed("listing", anext(batches, None))) is not None:
            yield batch

    async def children(self, directory: str, witness: Witness | None = None) -> list[Entry]:
        """Measured."""
        return await self._timed("children", self._inner.children(directory, witness))

    async def stat(self, path: str) -> Entry | None:
        """Measured."""
        return await self._timed("stat", self._inner.stat(path))

    async def upload(
        self,
        source: Source,
        path: str,
        *,
        expect: str | None,
        keep: str | None = None,
        progress: Progress = no_progress,
    ) -> Entry:
        """Measured."""
        act = self._inner.upload(source, path, expect=expect, keep=keep, progress=progress)
        return await self._timed("upload", act)

    async def download(self, path: str, target: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Measured."""
        return await self._timed("download", self._inner.download(path, target, expect=expect, progress=progress))

    async def digest(self, path: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Measured."""
        return await self._timed("digest", self._inner.digest(path, expect=expect, progress=progress))

    async def matches(self, source: Source, path: str, *, expect: str, progress: Progress = no_progress) -> bool:
        """Measured."""
        return await self._timed("matches", self._inner.matches(source, path, expect=expect, progress=progress))

    async def move(self, path: str, to: str, *, expect: str) -> Entry:
        """Measured."""
        return await self._timed("move", self._inner.move(path, to, expect=expect))

    async def mkdir(self, path: str) -> Entry:
        """Measured."""
        return await self._timed("mkdir", self._inner.mkdir(path))

    async def rmdir(self, path: str) -> None:
        """Measured."""
        await self._timed("rmdir", self._inner.rmdir(path))

    async def remove(self, path: str, *, expect: str) -> None:
        """Measured."""
        await self._timed("remove", self._inner.remove(path, expect=expect))

    async def quota(self) -> Quota:
        """Measured."""
        return await self._timed("quota", self._inner.quota())

    def events(self) -> AsyncIterator[Hint]:
        """Passed on."""
        return self._inner.events()

    async def _timed(self, operation: str, act: Awaitable[T]) -> T:
        started = time.monotonic()
        try:
            return await act
        finally:
            self._requests.add(self._kind, operation, time.monotonic() - started)
