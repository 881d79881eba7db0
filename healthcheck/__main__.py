"""How is the health server put together and run? `python -m healthcheck`.

The composition root: only here is the environment read and are the parts made.
"""

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from aiohttp import web
from prometheus_client import Metric

from healthcheck import disk, families, redaction
from healthcheck.access import Access
from healthcheck.app import make_app
from healthcheck.bodies import Writer
from healthcheck.exposition import Exposition
from healthcheck.listening import listen
from healthcheck.probes.probe import Place
from healthcheck.probes.suite import Prober, make_suite
from healthcheck.watch import Watch
from helix import logs, release
from helix.board import Board
from helix.core.health import JsonScalar, Situation, State
from helix.errors import EX_CONFIG, HelixError, Misconfigured
from helix.lifecycle import Heart, Pulse, stop_on_signals
from helix.settings import Settings, from_env
from helix.situation import gather
from helix.supervisor import Supervisor

PROGRAM = "health"
SHUTDOWN_SECONDS = 1.0

log = logging.getLogger("healthcheck")


class Server:
    """The health server of one container: what it watches, and what it says of itself."""

    def __init__(self, settings: Settings, place: Place, supervisor: Supervisor) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._release = release.current()
        self.board = Board(settings.run_dir)
        self.prober = Prober(place, make_suite())
        self.heart = Heart(PROGRAM, self.board, self._pulse)
        self.watch = Watch(self._gather, lambda: self.heart.report)
        self._port = 0
        self._stopping = False
        self.app = make_app(
            watch=self.watch,
            writer=Writer(self._release, redaction.of(settings, place.root)),
            access=Access(settings.health_token),
            exposition=Exposition(self._collect),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop* is set."""
        sock = listen(self._settings.port)
        self._port = sock.getsockname()[1]
        runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await self._serve(runner, sock, stop)
        finally:
            await runner.cleanup()
            self.board.withdraw(PROGRAM)

    async def _serve(self, runner: web.AppRunner, sock: socket.socket, stop: asyncio.Event) -> None:
        await web.SockSite(runner, sock).start()
        log.info("listening", extra={"port": self._port, "commit": self._release.commit})
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
        self.heart.beat()
        await self.watch.refresh()

    async def _gather(self) -> Situation:
        return await gather(self._settings, self._supervisor)

    def _pulse(self) -> Pulse:
        space = disk.check(disk.measure(self._settings.home), time.time())
        facts: dict[str, JsonScalar] = {
            "port": self._port,
            "probes_done": self.prober.finished.is_set(),
            "startup_seconds": self.prober.seconds,
        }
        state = State.STOPPING if self._stopping else "running"
        return Pulse(state=state, checks=(space, *self.prober.checks), facts=facts)

    def _collect(self) -> Iterable[Metric]:
        if self.watch.situation is None or self.watch.verdict is None:
            return families.collect(None, self.board, self._release)
        seen = families.Seen(
            situation=self.watch.situation,
            verdict=self.watch.verdict,
            startup_seconds=self.prober.seconds,
            lag_seconds=self.heart.lag_seconds,
            space=disk.measure(self._settings.home),
        )
        return families.collect(seen, self.board, self._release)


async def serve(env: Mapping[str, str], *, cwd: Path, root: Path) -> None:
    """Run the health server with the settings of *env* until SIGTERM or SIGINT."""
    settings = from_env(env, cwd=cwd)
    logs.setup(PROGRAM, level=settings.log_level, style=settings.log_format, secrets=settings.secrets)
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    async with stop_on_signals() as stop, Supervisor(settings.supervisor_socket) as supervisor:
        await Server(settings, Place(root, env, cwd), supervisor).run(stop)


def main() -> int:
    """Run, and turn what goes wrong into an exit status and a line of the log."""
    logs.setup(PROGRAM, level="INFO", style=os.environ.get("LOG_FORMAT", ""))
    try:
        asyncio.run(serve(dict(os.environ), cwd=Path.cwd(), root=release.ROOT))
    except Misconfigured as wrong:
        for problem in wrong.problems:
            facts = {"setting": problem.name, "output": problem.message, "remedy": problem.remedy}
            log.error("setting_refused", extra=facts)
        return EX_CONFIG
    except HelixError as error:
        log.error("start_failed", extra={"output": error.message, "remedy": error.remedy})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
