"""What does /metrics say, in the format that the scraper asks for?

The page is written at most once a second and shared by all who ask meanwhile, off the event loop: a flood of scrapes
costs one rendering a second and can't starve the other answers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

KEEP_SECONDS = 1.0
OPENMETRICS = "application/openmetrics-text"


@dataclass(frozen=True, slots=True)
class Page:
    """One rendered page."""

    content_type: str
    body: bytes
    made_at: float


class Exposition:
    """Renders the families that *collect* makes of what the programs *posted*; `renders` counts how often."""

    def __init__(
        self,
        collect: Callable[[Mapping[str, str]], Iterable[Metric]],
        posted: Callable[[], Awaitable[Mapping[str, str]]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.renders = 0
        self._collect = collect
        self._posted = posted
        self._clock = clock
        self._pages: dict[bool, Page] = {}
        self._turns = {False: asyncio.Lock(), True: asyncio.Lock()}

    async def page(self, accept: str) -> Page:
        """Give the page in OpenMetrics if *accept* names it, otherwise in the text format."""
        wants_open = OPENMETRICS in accept
        async with self._turns[wants_open]:
            page = self._pages.get(wants_open)
            if page is None or self._clock() - page.made_at >= KEEP_SECONDS:
                page = await asyncio.to_thread(self._render, wants_open, await self._posted())
                self._pages[wants_open] = page
            return page

    def _render(self, wants_open: bool, posted: Mapping[str, str]) -> Page:
        self.renders += 1
        families = _Families(tuple(self._collect(posted)))
        if wants_open:
            body: bytes = openmetrics.generate_latest(families)  # type: ignore[no-untyped-call]
            return Page(openmetrics.CONTENT_TYPE_LATEST, body, self._clock())
        return Page(CONTENT_TYPE_PLAIN_0_0_4, generate_latest(families), self._clock())


class _Families(Collector):
    """Hands families that are already there to prometheus_client's encoders."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families
