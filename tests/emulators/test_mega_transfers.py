"""How does content get into the MEGA test server and out again?"""

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.emulators.mega import Code, Limits, MegaServer
from tests.emulators.mega.client import PlainClient, file_key
from tests.emulators.mega.codec import b64
from tests.emulators.mega.crypto import chunk_bounds, ctr
from tests.emulators.mega.visit import Visit, visiting

DATA = bytes(range(256)) * 2000


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    async with visiting() as guest:
        yield guest


@pytest.mark.parametrize("version", [None, 2])
async def test_a_token_is_text_or_raw_bytes_as_the_client_s_version_has_it(visit: Visit, version: int | None) -> None:
    key = file_key(DATA)

    token = await visit.client.upload(DATA, key=key, version=version)
    await visit.client.call("p", t=visit.root, n=[visit.client.node("x", key.pack(), h=token)])

    assert len(token) == 48
    assert visit.me.files() == {"x": DATA}


async def test_chunks_may_come_in_any_order_and_again(visit: Visit) -> None:
    key = file_key(DATA)
    sealed = ctr(key.key, key.nonce, 0, DATA)
    url = (await visit.client.call("u", s=len(DATA), v=2))["p"]
    bounds = list(chunk_bounds(len(DATA)))

    answers = []
    for start, end in (bounds[-1], bounds[0], bounds[0], bounds[-1], *bounds[1:-1], bounds[0]):
        answers.append((await visit.client.fetch("POST", f"{url}/{start}", data=sealed[start:end]))[1])
    token = b64(answers[-1].encode("latin-1"))
    await visit.client.call("p", t=visit.root, n=[visit.client.node("x", key.pack(), h=token)])

    assert [len(answer) for answer in answers] == [0, 0, 0, 0, 36, 36]
    assert visit.me.files() == {"x": DATA}


async def test_an_empty_file_takes_one_empty_chunk(visit: Visit) -> None:
    await visit.client.put("empty", b"", visit.root)

    assert visit.me.files() == {"empty": b""}


async def test_a_token_makes_one_node_and_only_of_a_whole_upload(visit: Visit) -> None:
    key = file_key(DATA)
    node = visit.client.node("x", key.pack(), h=await visit.client.upload(DATA, key=key))
    half = (await visit.client.call("u", s=10, v=1))["p"]
    _, early, _ = await visit.client.fetch("POST", f"{half}/0", data=b"12345")

    assert (await visit.client.call("p", t=visit.root, n=[node]))["f"]
    assert await visit.client.call("p", t=visit.root, n=[node]) == Code.ENOENT
    assert early == ""
    assert await visit.client.call("p", t=visit.root, n=[visit.client.node("y", key.pack(), h="A" * 48)]) == Code.ENOENT


async def test_a_chunk_past_the_end_is_refused(visit: Visit) -> None:
    url = (await visit.client.call("u", s=10))["p"]

    assert (await visit.client.fetch("POST", f"{url}/8", data=b"123"))[1] == str(int(Code.ERANGE))


async def test_chunk_boundaries_are_enforced_only_by_the_switch(visit: Visit) -> None:
    url = (await visit.client.call("u", s=300_000))["p"]

    assert (await visit.client.fetch("POST", f"{url}/0", data=bytes(200_000)))[1] == ""
    visit.server.assume.chunk_boundaries = True
    assert (await visit.client.fetch("POST", f"{url}/0", data=bytes(200_000)))[1] == str(int(Code.ERANGE))
    assert (await visit.client.fetch("POST", f"{url}/0", data=bytes(131072)))[1] == ""


@pytest.mark.parametrize("status", [200, 403, 404])
async def test_expired_addresses_say_so(visit: Visit, status: int) -> None:
    visit.server.assume.expired_status = status
    visit.me.put("x", DATA)
    up = (await visit.client.call("u", s=10))["p"]
    down = (await visit.client.call("g", g=1, n=visit.me.node("x").handle))["g"]
    visit.server.expire_urls()

    answer = await visit.client.fetch("POST", f"{up}/0", data=bytes(10))

    assert answer[:2] == (status, str(int(Code.EEXPIRED)) if status == 200 else "")
    assert (await visit.client.fetch("GET", down))[0] == (403 if status == 200 else status)


async def test_content_comes_whole_by_range_header_or_by_range_in_the_address(visit: Visit) -> None:
    visit.me.put("x", DATA)
    node = visit.me.node("x")
    answer = await visit.client.call("g", g=1, n=node.handle)
    key = visit.me.file_key(node)
    sealed = ctr(key.key, key.nonce, 0, DATA).decode("latin-1")

    whole = await visit.client.fetch("GET", answer["g"])
    addressed = await visit.client.fetch("GET", answer["g"] + "/16-47")
    ranged = await visit.client.fetch("GET", answer["g"], headers={"Range": "bytes=511990-"})
    beyond = await visit.client.fetch("GET", answer["g"], headers={"Range": "bytes=512000-"})

    assert answer["s"] == len(DATA)
    assert whole[:2] == (200, sealed)
    assert addressed[:2] == (200, sealed[16:48])
    assert (ranged[0], ranged[1], ranged[2]["Content-Range"]) == (206, sealed[-10:], "bytes 511990-511999/512000")
    assert beyond[0] == 416


async def test_without_g_there_is_no_address_and_of_a_folder_there_is_none_at_all(visit: Visit) -> None:
    visit.me.put("d/x", DATA)

    assert "g" not in await visit.client.call("g", n=visit.me.node("d/x").handle)
    assert await visit.client.call("g", g=1, n=visit.me.node("d").handle) == Code.EACCESS
    assert await visit.client.call("g", g=1, n="nowhere0") == Code.ENOENT


async def test_a_full_account_takes_no_upload_and_trash_counts(visit: Visit) -> None:
    visit.me.quota = 1000
    visit.me.put("x", bytes(900))
    visit.me.trash("x")

    assert "p" in await visit.client.call("u", s=100)
    assert await visit.client.call("u", s=101) == Code.EOVERQUOTA


async def test_a_spent_transfer_quota_is_http_509_with_the_time_left(visit: Visit) -> None:
    visit.me.put("x", DATA)
    url = (await visit.client.call("g", g=1, n=visit.me.node("x").handle))["g"]
    visit.server.limits.transfer_quota = 100
    visit.server.limits.transfer_wait = 77

    allowed = await visit.client.fetch("GET", url + "/0-99")
    refused = await visit.client.fetch("GET", url + "/100-199")

    assert allowed[0] == 200
    assert (refused[0], refused[2]["X-MEGA-Time-Left"]) == (509, "77")


async def test_latency_is_paid_by_each_request_and_once_more_by_each_connection() -> None:
    limits = Limits(latency=0.05)
    async with MegaServer(limits=limits) as server, PlainClient(server.url) as client:
        started = time.monotonic()
        await client.call("us0", user="x")
        first = time.monotonic()
        await client.call("us0", user="x")

        assert first - started >= 0.1
        assert time.monotonic() - first >= 0.05


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_bandwidth_is_shared_by_all_transfers(visit: Visit, direction: str) -> None:
    visit.me.put("x", DATA)
    url = (await visit.client.call("g", g=1, n=visit.me.node("x").handle))["g"]
    setattr(visit.server.limits, f"{direction}_bytes_per_second", len(DATA) * 5)

    started = time.monotonic()
    if direction == "up":
        await visit.client.upload(DATA, key=file_key(DATA))
    else:
        await visit.client.fetch("GET", url)

    assert time.monotonic() - started >= 0.19


async def test_with_tls_its_transfer_addresses_are_https_and_only_those_who_trust_its_authority_come_in() -> None:
    async with MegaServer(tls=True, transfer_host="gfs1.userstorage.mega.co.nz") as server:
        server.add_account("me@example.org", "secret")
        async with PlainClient(server.url) as stranger, PlainClient(server.url, ca_file=server.ca_file) as client:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await stranger.call("us0", user="me@example.org")
            await client.login("me@example.org", "secret")

            url = (await client.call("u", s=1))["p"]

    assert url.startswith("https://gfs1.userstorage.mega.co.nz/ul/")
