"""Is sync given the time that an answer may take, and called silent only after that?"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from helix import control as control_module
from helix.control import Control
from helix.errors import Refused, Unreachable


class Busy:
    """A sync that answers nobody until it may, because a pass or its disk holds it up."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.go_on = asyncio.Event()

    async def answer(self, _: web.Request) -> web.Response:
        await self.go_on.wait()
        return web.json_response({"done": True})


@pytest.fixture
async def busy() -> AsyncIterator[Busy]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-") as place:
        socket = Path(place) / "sync.sock"
        made = Busy(Control(socket))
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", made.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(socket)).start()
        yield made
        await runner.cleanup()


@pytest.mark.parametrize(
    "ask",
    [
        lambda control: control.pause(),
        lambda control: control.resume(),
        lambda control: control.limit("off"),
        lambda control: control.verify(),
        lambda control: control.restore("a"),
        lambda control: control.resolve("a", "local"),
        lambda control: control.decide("files", "proceed"),
        lambda control: control.selftest(),
        lambda control: control.sync(wait=0.0),
        lambda control: control.plan(),
        lambda control: control.files(),
        lambda control: control.history(),
        lambda control: control.conflicts(),
    ],
    ids=lambda ask: ask.__code__.co_names[0],
)
async def test_who_has_to_wait_for_a_pass_or_for_the_journal_is_waited_for(
    busy: Busy, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Control], Awaitable[object]]
) -> None:
    monkeypatch.setattr(control_module, "QUESTION_SECONDS", 0.05)
    asked = asyncio.ensure_future(ask(busy.control))
    with pytest.raises(Unreachable):  # what sync knows by heart it answers in that time, or it hangs
        await busy.control.status()

    busy.go_on.set()

    assert await asked == {"done": True}


async def test_a_fault_of_sync_itself_is_told_as_that_and_not_as_silence() -> None:
    async def fails(_: web.Request) -> web.Response:
        raise ValueError("a fault that nobody foresaw")

    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-") as place:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", fails)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, f"{place}/sync.sock").start()

        with pytest.raises(Refused, match=r"sync failed at this .HTTP status 500. .the last lines of sync in the log"):
            await Control(Path(place) / "sync.sock").status()

        await runner.cleanup()
