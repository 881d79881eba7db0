"""Does the MEGA test server notice when a client stores what nobody can read, and keep silent when all is well?"""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from tests.emulators.mega import Limits, MegaServer
from tests.emulators.mega.client import PlainClient, file_key
from tests.emulators.mega.codec import b64
from tests.emulators.mega.crypto import ecb_encrypt

DATA = b"content" * 50_000


@pytest.fixture
async def guest() -> AsyncIterator[tuple[MegaServer, PlainClient, str]]:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.add_account("me@example.org", "secret")
        await client.login("me@example.org", "secret")
        yield server, client, await client.root()


@pytest.mark.parametrize("size", [0, 1, 131072, 131073, 350_000])
async def test_what_is_stored_right_is_readable(guest: tuple[MegaServer, PlainClient, str], size: int) -> None:
    server, client, root = guest

    await client.put("x", DATA[:size], root)
    await client.mkdir("folder", root)

    assert server.unreadable() == []


async def test_a_wrong_mac_is_told_with_both_macs(guest: tuple[MegaServer, PlainClient, str]) -> None:
    server, client, root = guest
    right = file_key(DATA)
    token = await client.upload(DATA, key=right)

    await client.call("p", t=root, n=[client.node("x", dataclasses.replace(right, mac=bytes(8)).pack(), h=token)])

    assert len(server.unreadable()) == 1
    assert right.mac.hex() in server.unreadable()[0]
    with pytest.raises(AssertionError, match="unreadable"):
        server.assert_clean()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"k": "AAAA"}, "whole blocks"),
        ({"k": b64(bytes(16))}, "32 bytes"),
        ({"k": b64(bytes(32))}, "don't open"),
        ({"a": "AAAA"}, "whole blocks"),
        ({"a": b64(bytes(16))}, "don't open"),
        ({"k": "not base64!"}, "base64"),
    ],
)
async def test_a_key_or_attributes_that_do_not_open_are_told(
    guest: tuple[MegaServer, PlainClient, str], spoil: dict[str, str], reason: str
) -> None:
    server, client, root = guest
    key = file_key(b"x")
    token = await client.upload(b"x", key=key)

    await client.call("p", t=root, n=[client.node("x", key.pack(), h=token) | spoil])

    assert reason in server.unreadable()[0]


async def test_a_folder_with_a_file_s_key_is_told(guest: tuple[MegaServer, PlainClient, str]) -> None:
    server, client, root = guest
    sealed = b64(ecb_encrypt(client.master_key, bytes(32)))

    await client.call("p", t=root, n=[client.node("d", bytes(16), h="xxxxxxxx") | {"k": sealed}])

    assert "16 bytes" in server.unreadable()[0]


async def test_a_finding_stays_when_the_node_is_gone(guest: tuple[MegaServer, PlainClient, str]) -> None:
    server, client, root = guest
    answer = await client.call("p", t=root, n=[client.node("d", bytes(16), h="xxxxxxxx") | {"a": "AAAA"}])

    await client.call("d", n=answer["f"][0]["h"])

    assert len(server.unreadable()) == 1


async def test_without_verification_nodes_are_judged_when_somebody_asks() -> None:
    async with MegaServer(limits=Limits(verify=False)) as server, PlainClient(server.url) as client:
        server.add_account("me@example.org", "secret")
        await client.login("me@example.org", "secret")
        root = await client.root()
        gone = await client.call("p", t=root, n=[client.node("d", bytes(16), h="xxxxxxxx") | {"a": "AAAA"}])
        await client.call("d", n=gone["f"][0]["h"])
        await client.call("p", t=root, n=[client.node("d", bytes(16), h="xxxxxxxx") | {"a": "AAAA"}])

        assert len(server.unreadable()) == 1


async def test_large_content_is_judged_aside_even_if_it_is_gone_by_then(
    guest: tuple[MegaServer, PlainClient, str],
) -> None:
    server, client, root = guest
    data = bytes(5 * 2**20)
    wrong = dataclasses.replace(file_key(data), mac=bytes(8))
    node = client.node("x", wrong.pack(), h=await client.upload(data, key=wrong))

    handle = (await client.call("p", t=root, n=[node]))["f"][0]["h"]
    await client.call("d", n=handle)

    assert [finding.split(":")[0] for finding in server.unreadable()] == [f"p {handle}"]
