"""How do the other programs ask sync to do something, and what do they get?

HTTP over a Unix socket, mode 0600; the calls of docs/control-api.md. A repeated `Idempotency-Key` gets the first answer
again. Nothing here decides: each handler asks the desk and shapes the answer.
"""

import asyncio
import contextlib
import json
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from helix.errors import HelixError, Refused
from services.sync.desk import Desk
from services.sync.views import Json

REMEMBERED = 1000
MAX_WAIT_SECONDS = 3600.0
MAX_LIMIT = 10_000
SHUTDOWN_SECONDS = 0.5
_STATUS = {"not-found": 404, "bad-path": 400, "bad-request": 400}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serve(desk: Desk, path: str) -> AsyncIterator[None]:
    """Serve on the socket until left."""
    runner = web.AppRunner(make_app(desk), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    before = os.umask(0o177)
    try:
        await web.UnixSite(runner, path).start()
    finally:
        os.umask(before)
    try:
        yield
    finally:
        await runner.cleanup()


def make_app(desk: Desk) -> web.Application:
    """The calls."""
    app = web.Application(middlewares=[_translating, _Once().middleware])
    calls = _Calls(desk)
    app.add_routes(
        [
            web.get("/health", calls.health),
            web.get("/metrics", calls.metrics),
            web.get("/v1/status", calls.status),
            web.get("/v1/plan", calls.plan),
            web.get("/v1/files", calls.files),
            web.get("/v1/history", calls.history),
            web.get("/v1/conflicts", calls.conflicts),
            web.get("/v1/events", calls.events, allow_head=False),
            web.post("/v1/sync", calls.sync),
            web.post("/v1/pause", calls.pause),
            web.post("/v1/resume", calls.resume),
            web.post("/v1/limit", calls.limit),
            web.post("/v1/verify", calls.verify),
            web.post("/v1/restore", calls.restore),
            web.post("/v1/conflicts/resolve", calls.resolve),
            web.post("/v1/guards/decide", calls.decide),
            web.post("/v1/selftest", calls.selftest),
        ]
    )
    return app


@web.middleware
async def _translating(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as `{"error": {"code", "message", "remedy"}}`."""
    try:
        return await handler(request)
    except Refused as error:
        return _error(_STATUS.get(error.code, 409), error.code, error)
    except HelixError as error:
        return _error(503, "failed", error)
    except web.HTTPException as error:
        return _error(error.status, "http", HelixError(error.reason))


def _error(status: int, code: str, error: HelixError) -> web.Response:
    body = {"error": {"code": code, "message": error.message, "remedy": error.remedy}}
    return web.json_response(body, status=status)


class _Once:
    """Answers a repeated action with its first answer, also while the first is still under way."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, asyncio.Task[web.StreamResponse]] = OrderedDict()

    @property
    def middleware(self) -> Any:
        """The aiohttp middleware."""

        @web.middleware
        async def once(request: web.Request, handler: Handler) -> web.StreamResponse:
            key = request.headers.get("Idempotency-Key")
            if request.method != "POST" or not key:
                return await handler(request)
            return await self._answer(f"{request.path} {key}", request, handler)

        return once

    async def _answer(self, key: str, request: web.Request, handler: Handler) -> web.StreamResponse:
        task = self._answers.get(key)
        if task is None:
            await request.read()
            task = asyncio.ensure_future(_translating(request, handler))
            self._answers[key] = task
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        answer = await asyncio.shield(task)
        assert isinstance(answer, web.Response)
        return web.Response(status=answer.status, body=answer.body, content_type="application/json")


class _Calls:
    """One handler a call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def health(self, _request: web.Request) -> web.Response:
        """Sync's own checks."""
        body = self._desk.health()
        return web.json_response(body, status=503 if body["status"] == "fail" else 200)

    async def metrics(self, _request: web.Request) -> web.Response:
        """The figures as text."""
        return web.Response(text=self._desk.metrics(), content_type="text/plain")

    async def status(self, _request: web.Request) -> web.Response:
        """How each folder is."""
        return web.json_response(self._desk.status())

    async def plan(self, _request: web.Request) -> web.Response:
        """What would be done."""
        return web.json_response(await self._desk.plan())

    async def files(self, request: web.Request) -> web.Response:
        """Known files."""
        query = request.query
        limit = _number(query.get("limit", "100"))
        return web.json_response(await self._desk.files(query.get("prefix", ""), query.get("query", ""), limit))

    async def history(self, request: web.Request) -> web.Response:
        """Runs, or the history of a path."""
        limit = _number(request.query.get("limit", "20"))
        path = request.query.get("path", "")
        return web.json_response(await (self._desk.path_history(path, limit) if path else self._desk.runs(limit)))

    async def conflicts(self, _request: web.Request) -> web.Response:
        """What waits for a person."""
        return web.json_response(await self._desk.conflicts())

    async def sync(self, request: web.Request) -> web.Response:
        """A pass now."""
        body = await _body(request)
        wait = body.get("wait") or 0
        if not isinstance(wait, int | float) or not 0 <= wait <= MAX_WAIT_SECONDS:
            raise Refused("wait is not a number of seconds", remedy="give 0 to 3600", code="bad-request")
        return web.json_response(await self._desk.sync(float(wait)))

    async def pause(self, _request: web.Request) -> web.Response:
        """No more passes."""
        return web.json_response(await self._desk.pause(True))

    async def resume(self, _request: web.Request) -> web.Response:
        """Passes again."""
        return web.json_response(await self._desk.pause(False))

    async def limit(self, request: web.Request) -> web.Response:
        """Another bandwidth limit."""
        return web.json_response(self._desk.limit(_text(await _body(request), "limit")))

    async def verify(self, _request: web.Request) -> web.Response:
        """Compare contents."""
        return web.json_response(self._desk.verify())

    async def restore(self, request: web.Request) -> web.Response:
        """Bring a version back."""
        body = await _body(request)
        version, to, folder = (_perhaps(body, name) for name in ("version", "to", "folder"))
        return web.json_response(await self._desk.restore(_text(body, "path"), version, to, folder))

    async def resolve(self, request: web.Request) -> web.Response:
        """Settle a conflict."""
        body = await _body(request)
        folder = _perhaps(body, "folder")
        return web.json_response(await self._desk.resolve(_text(body, "path"), _text(body, "keep"), folder))

    async def decide(self, request: web.Request) -> web.Response:
        """Answer a guard rail."""
        body = await _body(request)
        return web.json_response(await self._desk.decide(_text(body, "folder"), _text(body, "decision")))

    async def selftest(self, _request: web.Request) -> web.Response:
        """The round trip."""
        return web.json_response(await self._desk.selftest())

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What happens, as it happens."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            async for kind, data in self._desk.events():
                await response.write(f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode())
        return response


async def _body(request: web.Request) -> Json:
    try:
        body = await request.json() if request.body_exists else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("the body is not a JSON object", code="bad-request")
    return body


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"{name} is missing", remedy=f'give "{name}" as text', code="bad-request")
    return value


def _perhaps(body: Json, name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii():
        raise Refused("limit is not a number", remedy=f"give 1 to {MAX_LIMIT}", code="bad-request")
    return min(int(text), MAX_LIMIT)
