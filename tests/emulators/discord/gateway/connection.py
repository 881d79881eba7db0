"""What happens on one gateway WebSocket, from HELLO to its close?"""

import asyncio
import json
import traceback

from aiohttp import WSMessage, WSMsgType, web

from ..platform import Platform
from . import handlers
from .compression import encoder_for
from .sessions import Frame, Session

PAYLOAD_LIMIT = 4096
GRACE = 2.0  # seconds that a busy machine may hold a heartbeat up
FORGETTING_CLOSES = {4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}


class Connection:
    """One WebSocket: an ordered outbox, a rate check on what comes in, and the session it serves."""

    def __init__(self, platform: Platform, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.platform = platform
        self.request = request
        self.session: Session | None = None
        self.silent = False  # a black hole: still open, but nothing passes either way
        self.beat_at = asyncio.get_running_loop().time()
        self._ended_here = False
        self._socket = socket
        compress = request.query.get("compress") if platform.settings.compression else None
        self._encoder = encoder_for(compress)
        self._outbox: asyncio.Queue[Frame | int] = asyncio.Queue()
        self._received: list[float] = []

    def push(self, frame: Frame) -> None:
        """Send a frame after all that wait before it."""
        self._outbox.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close with this code once everything pushed before is sent."""
        self._outbox.put_nowait(code)

    def abort(self) -> None:
        """Cut the TCP connection without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def run(self) -> None:
        """Serve the connection until either side ends it."""
        self.platform.record.add("connect", path=self.request.path, query=dict(self.request.query))
        if self.platform.settings.hello:
            interval = round(self.platform.settings.heartbeat_interval * 1000)
            self.push({"op": 10, "t": None, "s": None, "d": {"heartbeat_interval": interval, "_trace": ["[]"]}})
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._watch_heartbeat())]
        try:
            await self._read()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._part()

    async def _read(self) -> None:
        async for message in self._socket:
            if self.silent:
                continue
            code = self._take(message)
            if code is not None:
                self.close(code)

    def _take(self, message: WSMessage) -> int | None:
        """Handle one incoming message; returns the close code it deserves, if any."""
        if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY} or len(message.data) > PAYLOAD_LIMIT:
            return 4002
        try:
            frame = json.loads(message.data)
        except ValueError:
            return 4002
        if not isinstance(frame, dict) or not isinstance(frame.get("op"), int):
            return 4002
        self._note(frame, binary=message.type is WSMsgType.BINARY)
        now = self.platform.clock.now()
        self._received = [at for at in self._received if at > now - 60] + [now]
        if len(self._received) > self.platform.settings.gateway_sends:
            return 4008
        if frame["op"] == 1:
            self.beat_at = asyncio.get_running_loop().time()
        try:
            return handlers.handle(self, frame["op"], frame.get("d"))
        except Exception:  # noqa: BLE001  (a fault of this server must fail the test, not look like Discord's)
            self.platform.problem(f"op {frame['op']} failed here: {traceback.format_exc(limit=-3)}")
            return 4000

    def _note(self, frame: Frame, *, binary: bool) -> None:
        payload = frame.get("d")
        if isinstance(payload, dict) and "token" in payload:
            payload = payload | {"token": "(not recorded)"}
        self.platform.record.add("frame", op=frame["op"], d=payload, binary=binary)

    async def _write(self) -> None:
        while True:
            item = await self._outbox.get()
            if self.silent:
                continue
            try:
                if isinstance(item, int):
                    await self._end(item)
                    return
                await self._send(item)
            except ConnectionError:
                return

    async def _send(self, frame: Frame) -> None:
        data = self._encoder.encode(json.dumps(frame))
        if isinstance(data, bytes):
            await self._socket.send_bytes(data)
        else:
            await self._socket.send_str(data)

    async def _end(self, code: int) -> None:
        if self.session is not None and code in FORGETTING_CLOSES:
            self.platform.sessions.forget(self.session)
        self._ended_here = True
        self.platform.record.add("close", code=code)
        await self._socket.close(code=code, message=REASONS.get(code, b""))

    async def _watch_heartbeat(self) -> None:
        """Close 4009 on a client that misses two heartbeats in a row."""
        while True:
            interval = self.platform.settings.heartbeat_interval
            await asyncio.sleep(interval)
            if asyncio.get_running_loop().time() - self.beat_at > 2 * interval + GRACE and not self.silent:
                self.close(4009)
                return

    def _part(self) -> None:
        code = self._socket.close_code
        self.platform.record.add("disconnect", code=code)
        if self.session is None or self.session.pipe is not self:
            return
        # a client that says goodbye with 1000 or 1001 ends its session
        if code in {1000, 1001} and not self._ended_here:
            self.platform.sessions.forget(self.session)
        else:
            self.platform.sessions.leave(self.session)


REASONS = {
    4001: b"Unknown opcode.",
    4002: b"Error while decoding payload.",
    4003: b"Not authenticated.",
    4004: b"Authentication failed.",
    4005: b"Already authenticated.",
    4007: b"Invalid seq.",
    4008: b"You are being rate limited.",
    4009: b"Session timed out.",
    4010: b"Invalid shard.",
    4011: b"Sharding required.",
    4012: b"Invalid API version.",
    4013: b"Invalid intent(s).",
    4014: b"Disallowed intent(s).",
}


async def serve(platform: Platform, request: web.Request) -> web.StreamResponse:
    """Answer a WebSocket upgrade at the gateway's address."""
    if platform.settings.refuse_websockets:
        return web.Response(status=503, text="no healthy upstream")
    socket = web.WebSocketResponse(max_msg_size=1 << 16, timeout=1.0)
    await socket.prepare(request)
    connection = Connection(platform, socket, request)
    platform.connections.append(connection)
    try:
        if request.query.get("v") != "10":
            connection.close(4012)
        await connection.run()
    finally:
        platform.connections.remove(connection)
    return socket
