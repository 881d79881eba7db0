"""Does one client hear what another one does, at once and without listing again?"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.emulators.mega import Code, Limits
from tests.emulators.mega.visit import Visit, visiting
from tests.running.patience import crowding


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with visiting(Limits(wait_seconds=600)) as guest:
        yield guest


async def sc(visit: Visit, sn: str) -> Any:
    _, text, _ = await visit.client.fetch("POST", "/sc", params={"sn": sn, "sid": visit.client.sid})
    return json.loads(text)


async def sn_of(visit: Visit) -> str:
    return str((await visit.client.call("f", c=1))["sn"])


async def test_when_nothing_is_new_there_is_an_address_to_wait_at_that_answers_at_the_next_event(visit: Visit) -> None:
    sn = await sn_of(visit)
    address = (await sc(visit, sn))["w"]
    waiting = asyncio.create_task(visit.client.fetch("GET", address))
    await asyncio.sleep(0)

    handle = await asyncio.to_thread(visit.me.put, "new", b"x")

    async with asyncio.timeout(10 * crowding()):  # by itself it would end after ten minutes
        await waiting
    heard = await sc(visit, sn)
    assert [event["t"]["f"][0]["h"] for event in heard["a"]] == [handle]
    assert "w" in await sc(visit, heard["sn"])


async def test_waiting_ends_by_itself_when_nothing_happens() -> None:
    async with visiting(Limits(wait_seconds=0.1)) as visit:
        address = (await sc(visit, await sn_of(visit)))["w"]

        assert (await visit.client.fetch("POST", address))[:2] == (200, "")


async def test_each_change_has_its_event_and_carries_its_request_s_tag(visit: Visit) -> None:
    sn = await sn_of(visit)
    folder = await visit.client.mkdir("folder", visit.root)
    file = (await visit.client.put("file", b"x", visit.root))["f"][0]
    await visit.client.call("a", n=file["h"], at=file["a"], i="mine")
    await visit.client.call("m", n=file["h"], t=folder, i="mine")
    await visit.client.call("d", n=folder, i="mine")

    events = (await sc(visit, sn))["a"]

    assert [(e["a"], e.get("n"), e.get("m"), e.get("i")) for e in events] == [
        ("t", None, None, None),
        ("t", None, None, None),
        ("u", file["h"], None, "mine"),
        ("d", file["h"], 1, "mine"),
        ("t", None, None, "mine"),
        ("d", folder, None, "mine"),
    ]
    assert events[4]["t"]["f"][0]["p"] == folder


async def test_what_the_owner_does_elsewhere_is_announced_too(visit: Visit) -> None:
    sn = await sn_of(visit)
    visit.me.put("a/x", b"1")
    visit.me.rename("a/x", "y")
    visit.me.move("a/y", "b")
    visit.me.trash("b/y")
    visit.me.remove("b")

    assert [event["a"] for event in (await sc(visit, sn))["a"]] == ["t", "t", "u", "t", "d", "t", "d", "t", "d"]


async def test_a_stale_session_and_a_foreign_number_are_refused(visit: Visit) -> None:
    assert await sc(visit, "never") == Code.EARGS
    visit.server.end_sessions()

    assert await sc(visit, "AAAAAAAAAAE") == Code.ESID
