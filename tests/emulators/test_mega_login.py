"""Who gets into the MEGA test server, and who does not?"""

import secrets

import pytest

from tests.emulators.mega import Code, MegaServer
from tests.emulators.mega.client import PlainClient, solve_hashcash
from tests.emulators.mega.codec import b64, unb64
from tests.emulators.mega.crypto import ecb_encrypt

EMAIL, PASSWORD = "me@example.org", "secret"


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("password", [PASSWORD, "пароль, длиннее шестнадцати букв"])
async def test_the_right_password_opens_a_session(version: int, password: str) -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        me = server.add_account(EMAIL, password, version=version)

        await client.login(EMAIL.upper() if version == 2 else EMAIL, password)

        assert client.master_key == me.identity.master_key
        assert (await client.call("ug"))["email"] == EMAIL


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_a_wrong_password_and_an_unknown_user_look_alike(email: str) -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.add_account(EMAIL, PASSWORD)

        assert await client.login(email, "wrong") == Code.ENOENT


async def test_a_second_factor_is_asked_for_and_must_be_right() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.add_account(EMAIL, PASSWORD, mfa="123456")

        assert await client.login(EMAIL, "wrong") == Code.ENOENT
        assert await client.login(EMAIL, PASSWORD) == Code.EMFAREQUIRED
        assert await client.login(EMAIL, PASSWORD, mfa="654321") == Code.EFAILED
        assert isinstance(await client.login(EMAIL, PASSWORD, mfa="123456"), dict)


async def test_a_blocked_account_is_refused_at_login_and_in_its_sessions() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        me = server.add_account(EMAIL, PASSWORD)
        await client.login(EMAIL, PASSWORD)
        me.identity.blocked = True

        assert await client.call("f", c=1) == Code.EBLOCKED
        client.sid = ""
        assert await client.login(EMAIL, PASSWORD) == Code.EBLOCKED


@pytest.mark.parametrize("code", [Code.ESID, Code.EAGAIN])
async def test_an_ended_session_is_refused_as_a_whole_request(code: int) -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.assume.stale_session = code
        server.add_account(EMAIL, PASSWORD)
        await client.login(EMAIL, PASSWORD)
        server.end_sessions()

        assert await client.batch({"a": "f", "c": 1}, {"a": "ug"}) == code


async def test_logging_out_ends_only_this_session() -> None:
    async with MegaServer() as server, PlainClient(server.url) as one, PlainClient(server.url) as other:
        server.add_account(EMAIL, PASSWORD)
        await one.login(EMAIL, PASSWORD)
        await other.login(EMAIL, PASSWORD)

        assert await one.call("sml") == 0

        assert await one.call("ug") == Code.ESID
        assert (await other.call("ug"))["email"] == EMAIL


async def test_without_a_session_nothing_of_an_account_is_shown() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.add_account(EMAIL, PASSWORD)

        for command in ("f", "ug", "uq", "sml", "p", "u", "g", "a", "m", "d", "l", "s2"):
            assert await client.batch({"a": command, "n": [], "t": "x", "s": 1}) == Code.ESID, command


async def test_an_anonymous_account_gets_a_session_that_proves_its_key() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        master_key, challenge = secrets.token_bytes(16), secrets.token_bytes(16)
        proof = challenge + ecb_encrypt(master_key, challenge)

        user = await client.call("up", k=b64(master_key), ts=b64(proof))
        answer = await client.call("us", user=user)

        assert unb64(answer["tsid"]) == proof
        client.sid = answer["tsid"]
        assert (await client.call("f", c=1))["f"]


async def test_proof_of_work_is_asked_for_at_login_and_each_proof_is_good_once() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.add_account(EMAIL, PASSWORD)
        server.require_hashcash(easiness=255, commands=frozenset({"us0"}))
        prelogin = [{"a": "us0", "user": EMAIL}]

        status, body, headers = await client.post(prelogin)
        client.headers = {"X-Hashcash": solve_hashcash(headers["X-Hashcash"])}

        assert (status, body) == (402, "")
        assert (await client.post(prelogin))[0] == 200
        assert (await client.post(prelogin))[0] == 402


async def test_a_wrong_proof_of_work_is_asked_for_again() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.require_hashcash(easiness=0, commands=frozenset({"us0"}))
        _, _, headers = await client.post([{"a": "us0", "user": EMAIL}])

        client.headers = {"X-Hashcash": f"1:{headers['X-Hashcash'].split(':')[3]}:{b64(b'nope')}"}

        assert (await client.post([{"a": "us0", "user": EMAIL}]))[0] == 402


async def test_hashcash_leaves_other_commands_alone_and_ends_after_its_times() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        server.add_account(EMAIL, PASSWORD)
        server.require_hashcash(commands=frozenset({"us"}), times=1)

        assert (await client.post([{"a": "us0", "user": EMAIL}]))[0] == 200
        assert (await client.post([{"a": "us", "user": EMAIL, "uh": ""}]))[0] == 402
        assert isinstance(await client.login(EMAIL, PASSWORD), dict)


async def test_the_quota_tells_what_is_used_with_trash_and_versions() -> None:
    async with MegaServer() as server, PlainClient(server.url) as client:
        me = server.add_account(EMAIL, PASSWORD, quota=1000)
        me.put("kept/a", bytes(100))
        me.put("b", bytes(30))
        me.trash("b")
        await client.login(EMAIL, PASSWORD)

        answer = await client.call("uq", strg=1, xfer=1)

        assert (answer["mstrg"], answer["cstrg"]) == (1000, 130)
        assert answer["cstrgn"][me.tree.root.handle][:3] == [100, 1, 1]
        assert answer["cstrgn"][me.tree.trash.handle][:3] == [30, 1, 0]
        me.trash("kept/a")
        after = (await client.call("uq", strg=1))["cstrgn"]
        assert (after[me.tree.root.handle][:3], after[me.tree.trash.handle][:3]) == ([0, 0, 1], [130, 2, 0])
