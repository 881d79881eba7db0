"""On which stage do the health server's tests play?

A real health server on a free port, the real report board, and over their real Unix sockets a supervisord and a sync
that say what the test wants. `Stage` holds what they say.
"""

import asyncio
import contextlib
import os
import tempfile
import time
import xmlrpc.client
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from healthcheck.probes.probe import Finding, Place, passed
from healthcheck.probes.suite import Timed
from healthcheck.server import Server
from helix.board import Board
from helix.core.health import Check, Report, Status, Verdict
from helix.settings import from_env
from helix.supervisor import Supervisor
from tests.core.situations import PROGRAMS
from tests.core.situations import report as made_report
from tests.running.patience import crowding
from tests.samples import folder, run

TOKEN = "correct-horse-battery"
DEADLINE = 30.0
WELL = passed()

FOLDER = folder(
    files={"local": 1204, "remote": 1204},
    bytes={"local": 734003200, "remote": 734003200},
    skipped=[{"path": "secret-name.sock", "why": "a socket"}],
    skipped_count=1,
    failed=[{"path": "secret-name.txt", "why": "secret-name.txt is gone", "remedy": ""}],
    failed_count=1,
    verify={"state": "done", "differing": [{"path": "secret-name", "why": "damaged here"}], "differing_count": 1},
)
RUN = run(uploaded=3, bytes=4096)


class Stage:
    """What supervisord, sync and the other programs say, and the server that sums it up."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.home = home
        self.settings = from_env({"PORT": "0", "HELIX_HOME": str(home), **env}, cwd=home)
        self.board = Board(self.settings.run_dir)
        self.states = dict.fromkeys(PROGRAMS, "RUNNING")
        self.started_at = time.time() - 60
        self.finding = WELL
        self.folders: list[Mapping[str, Any]] = [FOLDER]
        self.asked: list[tuple[str, str, Mapping[str, Any], str]] = []
        self.answers: dict[str, tuple[int, Mapping[str, Any]]] = {}
        self.server: Server | None = None
        self.base = ""
        self._silent: set[str] = set()

    def post(self, name: str, *checks: Check, metrics: str = "", **changes: object) -> None:
        """Let a program post a report now, and go on posting it."""
        self.board.post(self._fresh(made_report(name, *checks, **changes)), metrics)

    def _fresh(self, report: Report) -> Report:
        now = time.time()
        return replace(report, pid=os.getpid(), started_at=self.started_at + 1, posted_at=now)

    def silence(self, name: str) -> None:
        """Let a program's report grow old."""
        self._silent.add(name)
        old = self.board.read(name)
        assert isinstance(old, Report)
        self.board.post(replace(old, posted_at=time.time() - 60), self.board.read_metrics(name))
        stale = time.time() - 60
        os.utime(self.settings.run_dir / f"{name}.json", (stale, stale))

    async def beat(self) -> None:
        """Keep the other programs' reports fresh, like their hearts would."""
        while True:
            for name in ("sync", "bot", "warden"):
                report = self.board.read(name)
                if isinstance(report, Report) and name not in self._silent:
                    self.board.post(replace(report, posted_at=time.time()), self.board.read_metrics(name))
            await asyncio.sleep(1)

    async def wait_for(self, condition: Callable[[Verdict], bool]) -> Verdict:
        """Wait until the verdict is as the test wants it."""
        assert self.server is not None
        async with asyncio.timeout(DEADLINE * crowding()):
            while True:
                verdict = self.server.watch.verdict
                if verdict is not None and condition(verdict):
                    return verdict
                await asyncio.sleep(0.02)

    async def wait_ready(self) -> None:
        await self.wait_for(lambda verdict: verdict.ready)

    async def probe(self, _: Place) -> Finding:
        return self.finding

    async def supervisord(self, request: web.Request) -> web.Response:
        _, method = xmlrpc.client.loads(await request.text())
        assert method == "supervisor.getAllProcessInfo"
        infos = [self._info(name, state) for name, state in self.states.items()]
        return web.Response(text=xmlrpc.client.dumps((infos,), methodresponse=True), content_type="text/xml")

    def _info(self, name: str, state: str) -> Mapping[str, Any]:
        up = state in ("RUNNING", "STARTING", "STOPPING")
        return {
            "name": name, "group": "helix", "statename": state, "pid": os.getpid() if up else 0,
            "start": int(self.started_at), "exitstatus": 1, "spawnerr": "",
        }  # fmt: skip

    async def sync(self, request: web.Request) -> web.Response:
        body = await request.json() if request.method == "POST" else dict(request.query)
        self.asked.append((request.method, request.path, body, request.headers.get("Idempotency-Key", "")))
        defaults: dict[str, Mapping[str, Any]] = {
            "/v1/status": {"state": "writer", "paused": False, "folders": self.folders},
            "/v1/history": {"runs": [RUN]},
            "/v1/conflicts": {"conflicts": [], "guards": []},
        }
        status, answer = self.answers.get(request.path, (200, defaults.get(request.path, {"accepted": True})))
        return web.json_response(answer, status=status)


@contextlib.asynccontextmanager
async def playing(finding: Finding = WELL, **env: str) -> AsyncIterator[Stage]:
    """Run a stage whose probe finds *finding* at the start; *env* adds settings."""
    # a short path: a Unix socket's may have 103 bytes
    with tempfile.TemporaryDirectory(prefix="hx", dir="/tmp") as name:
        home = Path(name)
        (home / "run").mkdir()
        stage = Stage(home, env)
        stage.finding = finding
        async with (
            _listening(stage.supervisord, stage.settings.supervisor_socket),
            _listening(stage.sync, stage.settings.control_socket),
            _health_server(stage),
        ):
            for program in ("sync", "bot", "warden"):
                stage.post(program)
            if finding is WELL:
                await stage.wait_ready()
            yield stage


@contextlib.asynccontextmanager
async def _listening(handler: Callable[[web.Request], Awaitable[web.Response]], socket: Path) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _health_server(stage: Stage) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with Supervisor(stage.settings.supervisor_socket) as supervisor:
        place = Place(stage.home, {}, stage.home)
        stage.server = Server(stage.settings, place, supervisor, {"stage": Timed(stage.probe, 0.05)})
        running = asyncio.create_task(stage.server.run(stop))
        beating = asyncio.create_task(stage.beat())
        try:
            async with asyncio.timeout(DEADLINE * crowding()):
                await stage.server.listening.wait()
            stage.base = f"http://localhost:{stage.server.port}"
            yield
        finally:
            beating.cancel()
            stop.set()
            await running


async def get(
    stage: Stage, path: str, *, token: str = "", method: str = "GET", **options: Any
) -> tuple[aiohttp.ClientResponse, bytes]:
    """Ask the server once, with the body read."""
    headers = {**options.pop("headers", {})} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, stage.base + path, headers=headers, allow_redirects=False, **options) as response,
    ):
        return response, await response.read()


def failed(output: str = "a file is missing", remedy: str = "rebuild the image") -> Finding:
    """Make a finding of a probe that fires."""
    return Finding(Status.FAIL, output, remedy)
