"""What does the health server of one container watch, and what does it say of itself?

Four loops on one event loop: the heart posts this program's report, the watch keeps the verdict, the prober runs the
start-up probes, and the HTTP server answers from what these hold in memory.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Iterable, Mapping

from aiohttp import web
from prometheus_client import Metric

from healthcheck import disk, families, redaction
from healthcheck.access import Access
from healthcheck.api import Api
from healthcheck.app import make_app
from healthcheck.bodies import Writer
from healthcheck.events import Events
from healthcheck.exposition import Exposition
from healthcheck.listening import listen
from healthcheck.overview import Overviews
from healthcheck.probes.probe import Place
from healthcheck.probes.suite import Prober, Timed
from healthcheck.watch import Watch
from helix import release
from helix.aside import Aside
from helix.board import PROGRAMS, Board
from helix.control import Control
from helix.core.health import JsonScalar, Situation, State
from helix.errors import Unreachable
from helix.lifecycle import Heart, Pulse
from helix.settings import Settings
from helix.situation import gather
from helix.supervisor import Supervisor

PROGRAM = "health"
SHUTDOWN_SECONDS = 1.0

log = logging.getLogger(__name__)


class Server:
    """The health server, from its parts to its end."""

    def __init__(self, settings: Settings, place: Place, supervisor: Supervisor, suite: Mapping[str, Timed]) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._release = release.current()
        self.board = Board(settings.run_dir)
        self._disk = Aside()
        self._space: disk.Space | None = None
        self._measured = False
        self.prober = Prober(place, suite)
        self.heart = Heart(PROGRAM, self.board, self._pulse)
        self.exposition = Exposition(self._collect, self._posted)
        self.watch = Watch(self._gather, lambda: self.heart.report)
        self.port = 0
        self.listening = asyncio.Event()
        self._stopping = False
        redact, access = redaction.of(settings, place.root), Access(settings.health_token)
        control = Control(settings.control_socket)
        self.overviews = Overviews(
            watch=self.watch,
            posted=self._posted,
            control=control,
            release=self._release,
            redact=redact,
            can_act=access.enabled,
            space=lambda: self._space,
        )
        self.app = make_app(
            watch=self.watch,
            writer=Writer(self._release, redact),
            access=access,
            exposition=self.exposition,
            api=Api(overviews=self.overviews, control=control, access=access, redact=redact),
            events=Events(watch=self.watch, overviews=self.overviews),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop* is set."""
        sock = listen(self._settings.port)
        self.port = sock.getsockname()[1]
        runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await self._serve(runner, sock, stop)
        finally:
            await runner.cleanup()
            await self.heart.withdraw()

    async def _serve(self, runner: web.AppRunner, sock: socket.socket, stop: asyncio.Event) -> None:
        await web.SockSite(runner, sock).start()
        self.listening.set()
        log.info("listening", extra={"port": self.port, "commit": self._release.commit})
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(part.run(), name=type(part).__name__)
                for part in (self.heart, self.watch, self.prober)
            ]
            tasks.append(group.create_task(self._tell_start(), name="start"))
            await stop.wait()
            log.info("stopping")
            self._stopping = True
            self.watch.stop()
            for task in tasks:
                task.cancel()

    async def _tell_start(self) -> None:
        """Be ready the moment the probes have ended, not at the next beat."""
        await self.prober.finished.wait()
        await self.heart.beat()
        await self.watch.refresh()

    async def _gather(self) -> Situation:
        """Look at everything that a verdict needs; only here is the disk of HELIX_HOME looked at, and aside."""
        try:
            self._space = await self._disk.do(lambda: disk.measure(self._settings.home))
        except Unreachable:
            self._space = None
        self._measured = True
        return await gather(self._settings, self._supervisor, self._disk)

    async def _posted(self) -> Mapping[str, str]:
        """Read the metrics that the programs posted; none while the disk hangs."""
        try:
            return await self._disk.do(lambda: {name: self.board.read_metrics(name) for name in PROGRAMS})
        except Unreachable:
            return {}

    def _pulse(self) -> Pulse:
        space = (disk.check(self._space, time.time()),) if self._measured else ()
        facts: dict[str, JsonScalar] = {
            "port": self.port,
            "probes_done": self.prober.finished.is_set(),
            "startup_seconds": self.prober.seconds,
        }
        state = State.STOPPING if self._stopping else "running"
        return Pulse(state=state, checks=(*space, *self.prober.checks), facts=facts)

    def _collect(self, posted: Mapping[str, str]) -> Iterable[Metric]:
        if self.watch.situation is None or self.watch.verdict is None:
            return families.collect(None, posted, self._release)
        seen = families.Seen(
            situation=self.watch.situation,
            verdict=self.watch.verdict,
            startup_seconds=self.prober.seconds,
            lag_seconds=self.heart.lag_seconds,
            space=self._space,
        )
        return families.collect(seen, posted, self._release)
