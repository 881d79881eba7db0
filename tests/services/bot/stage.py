"""A bot's surroundings: a home, sync's control socket with set answers, and the bot as a process of its own."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from helix.board import Board
from helix.core.health import Report, Unreadable
from tests.emulators.discord import DiscordServer
from tests.running.patience import Patience, crowding
from tests.samples import folder, run

ROOT = Path(__file__).resolve().parents[3]

FOLDER, RUN = folder(), run()
STEPS = ("connect", "quota", "upload", "read back", "compare", "delete")


def selftest(failing: str | None = None, output: str = "", remedy: str = "") -> dict[str, Any]:
    """Give the answer of a self-test that fails at *failing*, or passes."""
    steps: list[dict[str, Any]] = []
    for step in STEPS:
        failed = step == failing
        steps.append(
            {
                "step": step,
                "ok": not failed,
                "seconds": 0.01,
                "output": output if failed else "",
                "remedy": remedy if failed else "",
            }
        )
        if failed:
            break
    remote = {"remote": "local", "ok": failing is None, "seconds": 0.05, "steps": steps}
    return {"ok": failing is None, "remotes": [remote]}


class ControlSocket:
    """Sync's control socket, where sync itself is not what is tested: set answers, and every call kept."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "GET /v1/status": {"state": "writer", "paused": False, "folders": [dict(FOLDER)]},
            "POST /v1/sync": {"accepted": True, "runs": [dict(RUN)]},
            "POST /v1/selftest": selftest(),
            "POST /v1/pause": {"paused": True},
            "POST /v1/resume": {"paused": False},
            "POST /v1/verify": {"accepted": True},
        }
        self.calls: list[tuple[str, str, Any]] = []
        self.release: asyncio.Event | None = None

    def keys(self, call: str) -> list[str]:
        """Give the idempotency keys of every such call."""
        return [key for made, key, _ in self.calls if made == call]

    async def answer(self, request: web.Request) -> web.Response:
        """Give the set answer; an unknown call is sync's own refusal."""
        call = f"{request.method} {request.path}"
        body = await request.json() if request.can_read_body else dict(request.query)
        self.calls.append((call, request.headers.get("Idempotency-Key", ""), body))
        if self.release is not None and request.method == "POST":
            await self.release.wait()
        found = self.answers.get(call)
        if found is None:
            error = {"code": "unknown", "message": f"no such call: {call}", "remedy": "none"}
            return web.json_response({"error": error}, status=404)
        if "error" in found:
            return web.json_response(found, status=409)
        return web.json_response(found)

    @asynccontextmanager
    async def listening(self, home: Path) -> AsyncIterator["ControlSocket"]:
        """Listen in *home*."""
        (home / "run").mkdir(exist_ok=True)
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.UnixSite(runner, str(home / "run" / "sync.sock")).start()
        try:
            yield self
        finally:
            await runner.cleanup()


@contextmanager
def short_home() -> Iterator[Path]:
    """Give a home whose sockets' paths are short enough."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hb-", ignore_cleanup_errors=True) as home:
        yield Path(home)


def addresses(discord: DiscordServer) -> dict[str, str]:
    """Give the settings that lead a bot to the test server; the owner of the guild is the architect."""
    world = discord.platform.world
    return {
        "DISCORD_BOT_TOKEN": discord.token,
        "DISCORD_GUILD_ID": str(world.guild.id),
        "ARCHITECT_ID": str(world.owner.id),
        "DISCORD_API_BASE": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
    }


def environment(home: Path, discord: DiscordServer | None, **more: str) -> dict[str, str]:
    """Give the bot's whole environment."""
    env = {"PATH": os.environ["PATH"], "HELIX_HOME": str(home), "LOG_FORMAT": "json", "LOG_LEVEL": "debug"}
    if discord is not None:
        env |= addresses(discord)
    return {name: value for name, value in (env | more).items() if value}


class BotProcess:
    """`python -m services.bot`, running."""

    def __init__(self, process: asyncio.subprocess.Process, home: Path) -> None:
        self._process = process
        self._home = home
        self._board = Board(home / "run")

    def log(self) -> str:
        """Give all it wrote."""
        return (self._home / "bot.log").read_text(encoding="utf-8", errors="replace")

    def events(self, message: str) -> list[dict[str, Any]]:
        """Give its log lines of this event."""
        lines = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [line for line in lines if line["message"] == message]

    def report(self) -> Report | None:
        """Give what it posted last."""
        report = self._board.read("bot")
        assert not isinstance(report, Unreadable)
        return report

    def connected(self) -> bool:
        """Say whether it reported that Discord holds its session."""
        report = self.report()
        return report is not None and report.state == "connected"

    def metrics(self) -> str:
        """Give the figures it posted last."""
        return self._board.read_metrics("bot")

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.send_signal(signal.SIGTERM)

    async def ended(self, within: float = 30.0) -> int:
        """Wait for its end; give the exit status."""
        async with asyncio.timeout(within * crowding()):
            return await self._process.wait()

    async def kill(self) -> None:
        """End it, whatever it does."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def bot(home: Path, env: Mapping[str, str]) -> AsyncIterator[BotProcess]:
    """Run the bot beside a sync that spoke once and died; nothing of it is left at the end."""
    (home / "run").mkdir(exist_ok=True)
    Board(home / "run").post(Report("sync", 1, "0", "0", "writer", 0.0, 0.0))
    with (home / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.bot", cwd=ROOT, env=dict(env), stdout=log, stderr=log
        )
    running = BotProcess(process, home)
    try:
        yield running
    finally:
        await running.kill()


async def until(holds: Callable[[], object], *, within: float = 30.0, what: str = "") -> None:
    """Wait for a condition on the bot's side of the world."""
    patience = Patience(within)
    while not holds():
        if patience.ended:
            raise AssertionError(f"not within {within} s: {what or holds}")
        await asyncio.sleep(0.05)
