"""By which ways does an unmodified discord.py reach the test server?"""

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.running.patience import crowding

from .discord import Control, ControlError, DiscordServer
from .discord.judges.dpy import SampleBot, running
from .discord.judges.dpy import started as launched
from .discord.proxy import ConnectProxy
from .discord.world import Message
from .mega.judges.apart import enter


async def asked_of_a_program(server: DiscordServer, authority: Path, *enter: str, **env: str) -> tuple[Message, bytes]:
    """What the plain client answers to !ping, and what it said on its way out."""
    command = [*enter, sys.executable, "-m", "tests.emulators.discord.judges.plain_client"]
    surroundings = os.environ | {"TOKEN": server.token, "SSL_CERT_FILE": str(authority)} | env
    process = await asyncio.create_subprocess_exec(*command, env=surroundings, stderr=PIPE, start_new_session=True)
    try:
        await server.people.ready(timeout=30)
        reply = await server.people.reply(server.people.say("!ping"), timeout=20)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            _, errors = await asyncio.wait_for(process.communicate(), 15 * crowding())
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return reply, errors


async def test_a_program_behind_a_proxy_meets_discord_com_and_the_gateway_by_name(tmp_path: Path) -> None:
    async with DiscordServer(tls_port=0) as server:
        assert server.tls_port is not None
        authority = server.write_authority(tmp_path / "ca.pem")
        async with ConnectProxy(server.tls_port) as proxy:
            reply, errors = await asked_of_a_program(server, authority, PROXY=proxy.url)

            assert reply.content == "pong", errors
            assert {"discord.com:443", "gateway.discord.gg:443"} == set(proxy.wanted)
            server.assert_clean()


async def test_a_program_that_was_told_nothing_meets_discord_by_name_on_port_443(tmp_path: Path) -> None:
    names = "127.0.0.1 localhost discord.com gateway.discord.gg cdn.discordapp.com\n"
    with tempfile.TemporaryDirectory(dir="/tmp") as home:  # a socket's path must be short
        tls_socket = f"{home}/s"
        async with DiscordServer(tls_socket=tls_socket) as server:
            authority = server.write_authority(tmp_path / "ca.pem")
            reply, errors = await asked_of_a_program(server, authority, *enter(tmp_path, tls_socket, names))

            assert reply.content == "pong", errors
            server.assert_clean()


class ToLoopback(AbstractResolver):
    """Resolves every name to the test server's own TLS port."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        return


async def test_a_connector_with_its_own_resolver_and_authority_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Route, "BASE", "https://discord.com/api/v10")
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL("wss://gateway.discord.gg/"))
    async with DiscordServer(tls_port=0) as server:
        assert server.tls_port is not None
        context = ssl.create_default_context(cafile=str(server.write_authority(tmp_path / "ca.pem")))
        connector = aiohttp.TCPConnector(resolver=ToLoopback(server.tls_port), ssl=context)
        async with running(server, directly=False, connector=connector):
            server.ask_to_reconnect()
            await server.platform.record.wait("resume")

            reply = await server.people.reply(server.people.say("!ping"))

        assert reply.content == "pong"
        server.assert_clean()


async def started(*more: str) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    """The server as a program, and the addresses it printed."""
    module = ["-m", "tests.emulators.discord", "--port", "0"]
    process = await asyncio.create_subprocess_exec(sys.executable, *module, *more, stdout=PIPE)
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20 * crowding())
    return process, json.loads(line)


async def test_the_program_serves_a_bot_and_is_driven_from_outside(tmp_path: Path) -> None:
    script, record = tmp_path / "script.json", tmp_path / "record.jsonl"
    script.write_text(json.dumps([{"do": "ready", "timeout": 20}, {"do": "say", "content": "!ping"}]))
    process, at = await started("--guild", "4242", "--script", str(script), "--record", str(record))
    try:
        async with Control(at["control"]) as control:
            Route.BASE = at["api"]
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(at["gateway"])
            bot = SampleBot(int(at["guild"]))
            async with launched(bot, at["token"]):
                scripted = await control.do("wait", kind="message", content="pong", timeout=20)
                await bot.wait_until_ready()
                asked = await control.do("run", command="slow", options={"number": 3})
                answer = await control.do("answer", **asked)
                state = await control.do("state")
                with pytest.raises(ControlError, match="no command /nothing"):
                    await control.do("run", command="nothing")
    finally:
        process.terminate()
        status = await asyncio.wait_for(process.wait(), 10 * crowding())

    assert at["guild"] == "4242"
    assert scripted["author"] == at["bot"]
    assert answer["message"]["content"] == "thought of 3"
    assert (state["problems"], len(state["sessions"])) == ([], 1)
    assert status == 0
    kinds = [json.loads(line)["kind"] for line in record.read_text().splitlines()]
    assert kinds.index("identify") < kinds.index("answer")


async def test_a_refused_token_shows_in_the_client_as_a_login_failure() -> None:
    async with DiscordServer() as server:
        Route.BASE = server.api_url

        async with launched(SampleBot(1), server.token + "x") as task:
            with pytest.raises(discord.LoginFailure):
                await task

        assert [entry.data["status"] for entry in server.platform.record.of("rest")] == [401]
