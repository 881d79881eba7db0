"""How does a test speak to the server without any client's help, right and wrong alike?"""

import asyncio
import json
import zlib
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
from backports import zstd
from multidict import CIMultiDictProxy

from .. import DiscordServer

AGENT = "DiscordBot (https://example.org, 1)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: CIMultiDictProxy[str]

    @property
    def code(self) -> Any:
        return self.body["code"]


class Rest:
    """Plain REST calls as the bot."""

    def __init__(self, server: DiscordServer) -> None:
        self._base = server.api_url
        self._headers = {"Authorization": f"Bot {server.token}", "User-Agent": AGENT}
        self._http = aiohttp.ClientSession()
        self.channel = f"/channels/{server.platform.world.channel.id}"
        self.messages = f"{self.channel}/messages"
        application = f"/applications/{server.platform.world.bot.id}"
        self.commands = f"{application}/guilds/{server.platform.world.guild.id}/commands"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        headers = self._headers | options.pop("headers", {})
        if body is not None:
            options["json"] = body
        async with self._http.request(method, self._base + path, headers=headers, **options) as response:
            text = await response.text()
            return Answer(response.status, json.loads(text) if text else None, response.headers)

    async def send(self, **body: Any) -> Answer:
        """A message into the first channel."""
        return await self.call("POST", self.messages, body)


class Socket:
    """One plain gateway connection."""

    def __init__(self, server: DiscordServer, compress: str | None = None, version: str = "10") -> None:
        more = f"&compress={compress}" if compress else ""
        self._url = f"{server.gateway_url}?v={version}&encoding=json{more}"
        self._token = server.token
        self._http = aiohttp.ClientSession()
        self._zlib = zlib.decompressobj()
        self._zstd = zstd.ZstdDecompressor()
        self._compress = compress
        self.last_sequence = 0
        self.session_id = ""

    async def __aenter__(self) -> Self:
        self._socket = await self._http.ws_connect(self._url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        await self._http.close()

    async def send(self, op: int, d: Any) -> None:
        await self._socket.send_str(json.dumps({"op": op, "d": d}))

    async def send_text(self, text: str) -> None:
        await self._socket.send_str(text)

    async def send_bytes(self, data: bytes) -> None:
        await self._socket.send_bytes(data)

    async def receive(self, timeout: float = 30.0) -> dict[str, Any]:
        """The next frame; AssertionError with the close code if there is none."""
        message = await self._socket.receive(timeout=timeout)
        if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            raise AssertionError(f"closed with {self._socket.close_code}")
        frame: dict[str, Any] = json.loads(self._plain(message.data))
        self.last_sequence = frame.get("s") or self.last_sequence
        return frame

    async def until(self, event: str | None = None, op: int = 0) -> Any:
        """The payload of the next frame of this event, or of this op."""
        async with asyncio.timeout(30):
            while True:
                frame = await self.receive()
                if frame["op"] == op and frame.get("t") == event:
                    return frame["d"]

    async def close_code(self) -> int | None:
        """Read on until the server closes."""
        async with asyncio.timeout(30):
            while True:
                message = await self._socket.receive()
                if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                    return self._socket.close_code

    async def identify(self, intents: int = 1 << 0 | 1 << 9 | 1 << 15, **more: Any) -> Any:
        """IDENTIFY and the payload of READY."""
        await self.send_identify(intents, **more)
        ready = await self.until("READY")
        self.session_id = ready["session_id"]
        return ready

    async def send_identify(self, intents: int = 1, **more: Any) -> None:
        await self.send(2, {"token": self._token, "properties": {}, "intents": intents} | more)

    async def send_resume(self, session_id: str, sequence: int) -> None:
        await self.send(6, {"token": self._token, "session_id": session_id, "seq": sequence})

    def _plain(self, data: str | bytes) -> str | bytes:
        match self._compress:
            case "zlib-stream":
                assert isinstance(data, bytes)
                assert data.endswith(b"\x00\x00\xff\xff")
                return self._zlib.decompress(data)
            case "zstd-stream":
                assert isinstance(data, bytes)
                return self._zstd.decompress(data)
            case _:
                assert isinstance(data, str)
                return data
