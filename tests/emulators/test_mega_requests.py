"""Is each scripted misfortune what it says, does it strike when it should, and is a repeated request the same one?"""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.emulators.mega import Answer, Code, Cut, Drop, MegaServer, Raw, Stall, Tamper, Thin
from tests.emulators.mega.client import PlainClient
from tests.emulators.mega.visit import Visit, visiting


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with visiting() as guest:
        yield guest


async def test_the_same_id_with_the_same_body_is_answered_from_memory(visit: Visit) -> None:
    node = visit.client.node("folder", bytes(16), h="xxxxxxxx")
    command = {"a": "p", "t": visit.root, "n": [node]}

    first = await visit.client.batch(command, request_id=7)
    second = await visit.client.batch(command, request_id=7)
    third = await visit.client.batch(command, request_id=8)

    assert first == second != third
    assert [entry.path for entry in visit.me.entries()] == ["folder", "folder"]
    assert [r.replayed for r in visit.server.record.requests if r.commands == ("p",)] == [False, True, False]


async def test_a_listing_is_made_anew_even_under_the_same_id(visit: Visit) -> None:
    before = await visit.client.batch({"a": "f", "c": 1}, request_id=7)
    visit.me.put("new", b"x")

    assert len((await visit.client.batch({"a": "f", "c": 1}, request_id=7))[0]["f"]) == len(before[0]["f"]) + 1


async def test_the_same_id_with_another_body_is_another_request(visit: Visit) -> None:
    assert (await visit.client.batch({"a": "ug"}, request_id=7))[0]["email"] == visit.me.email
    assert (await visit.client.batch({"a": "uq"}, request_id=7))[0]["mstrg"] == visit.me.quota


@pytest.mark.parametrize("after", [False, True])
async def test_a_dropped_answer_loses_the_deed_only_before_the_commit(visit: Visit, after: bool) -> None:
    node = visit.client.node("folder", bytes(16), h="xxxxxxxx")
    visit.server.fail("p", Drop(), after=after)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await visit.client.batch({"a": "p", "t": visit.root, "n": [node]}, request_id=1)

    assert len(visit.me.entries()) == int(after)
    await visit.client.batch({"a": "p", "t": visit.root, "n": [node]}, request_id=1)
    assert len(visit.me.entries()) == 1


@pytest.mark.parametrize("code", list(Code))
async def test_every_error_number_can_be_scripted_for_one_command_or_for_the_request(visit: Visit, code: Code) -> None:
    visit.server.fail("ug", Answer(code))
    visit.server.fail("ug", Answer(code, whole=True), nth=2)

    assert await visit.client.batch({"a": "ug"}, {"a": "uq"}) == [code, await visit.client.call("uq")]
    assert await visit.client.batch({"a": "ug"}, {"a": "uq"}) == code
    assert isinstance(await visit.client.call("ug"), dict)


async def test_a_refused_command_is_tried_anew_under_the_same_id(visit: Visit) -> None:
    visit.server.fail("ug", Answer(Code.EAGAIN))

    assert await visit.client.batch({"a": "ug"}, request_id=5) == [Code.EAGAIN]
    assert isinstance((await visit.client.batch({"a": "ug"}, request_id=5))[0], dict)


async def test_refusals_come_as_objects_by_the_switch(visit: Visit) -> None:
    visit.server.assume.error_objects = True

    assert await visit.client.call("d", n="nowhere0") == {"err": Code.ENOENT}


async def test_a_fault_strikes_at_the_nth_call_as_often_as_it_says_and_then_never_again(visit: Visit) -> None:
    fault = visit.server.fail("ug", Answer(-3), nth=2, times=2)

    answers = [await visit.client.call("ug") for _ in range(5)]

    assert [isinstance(answer, int) for answer in answers] == [False, True, True, False, False]
    assert fault.happened == 2
    assert isinstance(await visit.client.call("uq"), dict)


async def test_a_fault_for_ever_ends_when_the_server_is_healed(visit: Visit) -> None:
    visit.server.fail("cs", Raw(503), times=None)
    assert [(await visit.client.post([{"a": "ug"}]))[0] for _ in range(3)] == [503, 503, 503]

    visit.server.heal()

    assert (await visit.client.post([{"a": "ug"}]))[0] == 200


async def test_any_status_body_and_header_can_stand_in_for_the_answer(visit: Visit) -> None:
    visit.server.fail("f", Raw(429, b"<html>slow down</html>", (("Retry-After", "3"),)))

    status, body, headers = await visit.client.post([{"a": "f", "c": 1}])

    assert (status, body, headers["Retry-After"]) == (429, "<html>slow down</html>", "3")


async def test_a_stalled_request_goes_on_after_its_time(visit: Visit) -> None:
    visit.server.fail("ug", Stall(0.2))

    started = time.monotonic()
    answer = await visit.client.call("ug")

    assert time.monotonic() - started >= 0.2
    assert answer["email"] == visit.me.email


async def test_a_flaky_listing_lacks_files_but_no_folder(visit: Visit) -> None:
    for number in range(6):
        visit.me.put(f"d/{number}", b"x")
    visit.server.fail("f", Thin(3))

    thin, whole = [(await visit.client.call("f", c=1))["f"] for _ in range(2)]

    assert (sum(n["t"] == 0 for n in thin), sum(n["t"] == 0 for n in whole)) == (4, 6)
    assert sum(n["t"] == 1 for n in thin) == 1


async def test_downloads_are_cut_spoiled_and_stalled_at_the_byte_that_was_named(visit: Visit) -> None:
    data = bytes(600_000)
    visit.me.put("x", data)
    url = (await visit.client.call("g", g=1, n=visit.me.node("x").handle))["g"]
    _, good, _ = await visit.client.fetch("GET", url)

    visit.server.fail("download", Cut(300_000))
    with pytest.raises(aiohttp.ClientPayloadError):
        await visit.client.fetch("GET", url)
    visit.server.fail("download", Tamper(400_000))
    _, spoiled, _ = await visit.client.fetch("GET", url)
    visit.server.fail("download", Stall(0.2, at=500_000))
    started = time.monotonic()
    _, late, _ = await visit.client.fetch("GET", url)

    assert [at for at, (a, b) in enumerate(zip(good, spoiled, strict=True)) if a != b] == [400_000]
    assert late == good
    assert time.monotonic() - started >= 0.2


async def test_a_spoiled_byte_outside_the_range_is_not_seen(visit: Visit) -> None:
    visit.me.put("x", bytes(100))
    url = (await visit.client.call("g", g=1, n=visit.me.node("x").handle))["g"]
    _, good, _ = await visit.client.fetch("GET", url + "/0-49")
    visit.server.fail("download", Tamper(50))

    assert (await visit.client.fetch("GET", url + "/0-49"))[1] == good


@pytest.mark.parametrize("after", [False, True])
async def test_a_chunk_refused_after_the_commit_has_arrived_nevertheless(visit: Visit, after: bool) -> None:
    url = (await visit.client.call("u", s=1, v=2))["p"]
    visit.server.fail("upload", Raw(body=b"-3"), after=after)

    assert (await visit.client.fetch("POST", url + "/0", data=b"?"))[1] == "-3"

    assert [upload.whole for upload in visit.server.world.uploads.values()] == [after]


async def test_too_many_requests_a_second_are_refused() -> None:
    async with visiting() as visit:
        visit.server.limits.requests_per_second = 3

        answers = [await visit.client.batch({"a": "ug"}) for _ in range(40)]

        assert answers[0] != Code.ERATELIMIT
        assert Code.ERATELIMIT in answers


async def test_unknown_commands_and_addresses_are_remembered_and_fail_the_test() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.assert_no_unknown()

        assert await client.call("brew") == Code.EARGS
        assert (await client.fetch("GET", "/tea"))[0] == 404

        with pytest.raises(AssertionError, match=r"brew.*GET /tea"):
            server.assert_no_unknown()


async def test_a_fault_for_a_command_that_does_not_exist_is_a_mistake() -> None:
    async with MegaServer() as server:
        with pytest.raises(ValueError, match="brew"):
            server.fail("brew", Drop())


async def test_a_request_whose_client_has_gone_is_remembered(visit: Visit) -> None:
    visit.server.fail("ug", Stall(), after=True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await visit.client.call("ug")
    await visit.client.call("uq")

    assert visit.server.record.calls("ug") == 1


async def test_what_is_no_list_of_commands_is_refused(visit: Visit) -> None:
    for body in ("", "{}", "[1]", "<html>"):
        _, text, _ = await visit.client.fetch("POST", "/cs?id=1", data=body)
        assert json.loads(text) == Code.EARGS


async def test_long_answers_are_compressed_for_clients_that_take_it_unless_it_is_switched_off(visit: Visit) -> None:
    for number in range(20):
        visit.me.put(str(number), b"x")
    listing = [{"a": "f", "c": 1, "r": 1}]

    answers = [await visit.client.post(listing), await visit.client.post([{"a": "uq"}])]
    visit.client.headers["Accept-Encoding"] = "identity"
    answers.append(await visit.client.post(listing))
    del visit.client.headers["Accept-Encoding"]
    visit.server.assume.compresses = False
    answers.append(await visit.client.post(listing))

    assert ["Original-Content-Length" in headers for _, _, headers in answers] == [True, False, False, False]
    assert answers[0][1] == answers[2][1] == answers[3][1]
