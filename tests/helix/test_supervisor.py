"""Is a supervisord that is slow called silent when it is asked, and waited for when it is told to act?"""

import asyncio
import tempfile
import xmlrpc.client
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from helix.errors import Unreachable
from helix.supervisor import Supervisor

INFO = {"name": "sync", "group": "helix", "statename": "EXITED", "pid": 0, "start": 1, "exitstatus": 1, "spawnerr": ""}


class Slow:
    """A supervisord that answers nobody until it may, and keeps what it was told to do."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.go_on = asyncio.Event()
        self.did: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        _, method = xmlrpc.client.loads(await request.text())
        await self.go_on.wait()
        if method == "supervisor.getAllProcessInfo":
            return self._say([INFO])
        self.did.append(str(method))
        return self._say(True)

    def _say(self, answer: object) -> web.Response:
        return web.Response(text=xmlrpc.client.dumps((answer,), methodresponse=True), content_type="text/xml")


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-") as place:
        made = Slow(Path(place) / "supervisor.sock")
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", made.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(made.socket)).start()
        yield made
        await runner.cleanup()


@pytest.mark.parametrize(
    ("act", "done"),
    [
        (lambda supervisor: supervisor.start("sync"), "supervisor.startProcess"),
        (lambda supervisor: supervisor.stop("sync"), "supervisor.stopProcess"),
        (lambda supervisor: supervisor.kill("sync"), "supervisor.signalProcess"),
        (lambda supervisor: supervisor.shutdown(), "supervisor.shutdown"),
    ],
    ids=["start", "stop", "kill", "shutdown"],
)
async def test_a_question_has_its_time_out_and_an_act_is_waited_for(
    slow: Slow, act: Callable[[Supervisor], Awaitable[None]], done: str
) -> None:
    async with Supervisor(slow.socket, timeout=0.05) as supervisor:
        told = asyncio.ensure_future(act(supervisor))
        with pytest.raises(Unreachable, match="supervisord does not answer"):
            await supervisor.programs()

        slow.go_on.set()
        await told

    assert slow.did == [done]
