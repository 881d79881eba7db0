"""Does an open dashboard hear what changes, and only then?"""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from healthcheck import disk
from tests.healthcheck.stage import DEADLINE, Stage, failed, get, playing
from tests.running.patience import crowding


async def _next_event(response: aiohttp.ClientResponse) -> Any:
    async with asyncio.timeout(DEADLINE * crowding()):
        while True:
            line = await response.content.readline()
            if line.startswith(b"data: "):
                return json.loads(line[6:])


async def test_a_listener_hears_the_verdict_and_each_change_of_it() -> None:
    async with playing() as stage, aiohttp.ClientSession() as session, session.get(stage.base + "/events") as heard:
        first = await _next_event(heard)
        stage.finding = failed()
        second = first
        while second["ready"]:
            second = await _next_event(heard)

    assert heard.headers["Content-Type"] == "text/event-stream"
    assert heard.headers["Cache-Control"] == "no-store"
    assert first["ready"]
    assert second["causes"][0]["output"] == "a file is missing"
    assert second["causes"][0]["remedy"] == "rebuild the image"


async def test_nothing_is_sent_while_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    # the free space of a real disk changes with what others do
    monkeypatch.setattr(disk, "measure", lambda _: disk.Space(2**40, 2**39, None))
    async with playing() as stage, aiohttp.ClientSession() as session, session.get(stage.base + "/events") as heard:
        assert stage.server is not None
        await _next_event(heard)
        await _settled(stage)
        lines = heard.content.total_bytes
        for _ in range(3):
            await stage.server.watch.next()

    assert heard.content.total_bytes == lines


async def _settled(stage: Stage) -> None:
    """Wait until the folders have been asked for, which is the last news of a quiet stage."""
    assert stage.server is not None
    async with asyncio.timeout(DEADLINE * crowding()):
        while (await stage.server.overviews.get())["folders"] is None:
            await stage.server.watch.next()
    await stage.server.watch.next()
    await stage.server.watch.next()


async def test_too_many_listeners_are_told_to_come_back() -> None:
    async with playing() as stage, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        open_ones = [await session.get(stage.base + "/events") for _ in range(64)]
        refused, _ = await get(stage, "/events")
        for response in open_ones:
            response.close()
        async with asyncio.timeout(DEADLINE * crowding()):
            while (again := await session.get(stage.base + "/events")).status != 200:
                again.close()
                await asyncio.sleep(0.05)
        again.close()

    assert refused.status == 503
    assert refused.headers["Retry-After"] == "10"


async def test_open_listeners_do_not_hold_up_the_end_of_the_server() -> None:
    async with aiohttp.ClientSession() as session:
        async with playing() as stage:
            heard = await session.get(stage.base + "/events")
            await _next_event(heard)

        # of a server that had to cut its listeners off the answer would have no end: ClientPayloadError
        await heard.content.read()

    assert heard.content.at_eof()


async def test_head_asks_for_the_address_and_takes_no_listeners_room() -> None:
    async with playing() as stage:
        response, _ = await get(stage, "/events", method="HEAD")

    assert (response.status, response.content_type) == (200, "text/event-stream")
