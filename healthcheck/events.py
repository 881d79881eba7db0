"""How does an open dashboard learn that something changed?

Server-sent events: `/events` sends the overview as `event: status` when it differs from the one before, and a comment
now and then, so that a proxy keeps the connection. The number of listeners is bounded; who is refused asks again by
`GET /api/v1/status`.
"""

import asyncio
import json
import time

from aiohttp import web

from healthcheck.overview import Overviews
from healthcheck.watch import Watch

LISTENERS = 64
QUIET_SECONDS = 15.0
RETRY_MILLISECONDS = 2000
SEND_SECONDS = 10.0


class Events:
    """Sends the overview to whoever listens."""

    def __init__(self, *, watch: Watch, overviews: Overviews, listeners: int = LISTENERS) -> None:
        self._watch = watch
        self._overviews = overviews
        self._room = listeners
        self._closing = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one listener until it leaves or the server ends; HEAD only asks whether there is such an address."""
        if request.method == "HEAD":
            return web.Response(content_type="text/event-stream")
        if self._room == 0:
            return web.Response(status=503, text="too many listeners\n", headers={"Retry-After": "10"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        self._room -= 1
        try:
            await response.prepare(request)
            await response.write(f"retry: {RETRY_MILLISECONDS}\n\n".encode())
            await self._stream(request, response)
        except (ConnectionError, TimeoutError):
            # the listener left, or takes nothing any more
            return response
        finally:
            self._room += 1
        return response

    async def close(self, _: web.Application) -> None:
        """Let every listener go, at the end of the server."""
        self._closing.set()

    async def _stream(self, request: web.Request, response: web.StreamResponse) -> None:
        sent, sent_at = b"", time.monotonic()
        # a listener that left would be met only at the next write, and take up room until then
        while not self._closing.is_set() and request.transport is not None and not request.transport.is_closing():
            overview = await self._overviews.get()
            data = json.dumps(overview, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")
            quiet = time.monotonic() - sent_at > QUIET_SECONDS
            if data != sent or quiet:
                message = b"event: status\ndata: " + data if data != sent else b": still here"
                async with asyncio.timeout(SEND_SECONDS):
                    await response.write(message + b"\n\n")
                sent, sent_at = data, time.monotonic()
            await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        """Wait for the next verdict, or for the end."""
        waiting = [asyncio.ensure_future(self._watch.next()), asyncio.ensure_future(self._closing.wait())]
        _, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
