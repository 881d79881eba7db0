"""How is discord.js run against the test server?  (A process of node; scripts/test-tools.sh installs the client.)"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.running.patience import crowding

from .. import DiscordServer

PROGRAM = Path(__file__).with_name("judge.mjs")


def node_home() -> Path:
    """Where test-tools.sh puts npm packages."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("HELIX_TEST_NODE") or Path(cache) / "helix-test-node")


class Judge:
    """A running discord.js."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, start: str, timeout: float = 20.0) -> str:
        """Wait for a line of its output that begins so; a dead process shows what it said instead."""
        assert self._process.stdout is not None
        heard: list[str] = []
        async with asyncio.timeout(timeout * crowding()):
            while line := (await self._process.stdout.readline()).decode():
                heard.append(line)
                if line.startswith(start):
                    return line.strip()
        raise AssertionError(f"discord.js ended without saying {start!r}:\n{''.join(heard)}")

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(10 * crowding()):
            await self._process.wait()


@asynccontextmanager
async def running(server: DiscordServer) -> AsyncIterator[Judge]:
    """A discord.js client that has registered its command."""
    node, home = shutil.which("node"), node_home()
    if node is None or not (home / "node_modules" / "discord.js").is_dir():
        raise AssertionError("node or discord.js is missing: run scripts/test-tools.sh")
    api = server.api_url.removesuffix("/v10")
    process = await asyncio.create_subprocess_exec(
        node,
        str(PROGRAM),
        str(home),
        api,
        server.token,
        str(server.platform.world.guild.id),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    judge = Judge(process)
    try:
        await judge.says("ready")
        yield judge
    finally:
        await judge.stop()
