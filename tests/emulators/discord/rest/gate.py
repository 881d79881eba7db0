"""What happens to every REST call?  Faults, login, buckets, decoding, errors, the record."""

import asyncio
import json
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ..errors import ApiError, unauthorized
from ..faults import VIA, Fault
from ..platform import Platform
from .table import Call, Created, Route, Upload


@dataclass(slots=True)
class Reply:
    """An answer before it is written."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    truncate: bool = False

    def write(self) -> web.Response:
        """The HTTP response; its type is exactly ``application/json``, which discord.py insists on."""
        if self.status == 204:
            return web.Response(status=204, headers=self.headers)
        data = json.dumps(self.body).encode()
        data = data[: len(data) // 2] if self.truncate else data
        return web.Response(status=self.status, body=data, headers={"Content-Type": "application/json"} | self.headers)


class Gate:
    """The one way to all handlers."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def serve(self, request: web.Request, route: Route) -> web.Response:
        started = time.perf_counter()
        fault = self._platform.faults.next_for(request.method, route.path)
        body, files = await decode(request)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.until is not None:
            await fault.until.wait()
        if fault is not None and not fault.after and (fault.drop or fault.status is not None):
            reply = spoilt(fault, Reply(204))
        else:
            reply = await self._answer(request, route, body, files)
            reply = reply if fault is None else spoilt(fault, reply)
        if fault is None or fault.via:
            reply.headers.setdefault("Via", VIA)
        dropped = fault is not None and fault.drop
        self._note(request, route, body, reply, dropped, time.perf_counter() - started)
        if dropped and request.transport is not None:
            request.transport.abort()
        return reply.write()

    def _note(self, request: web.Request, route: Route, body: Any, reply: Reply, dropped: bool, took: float) -> None:
        self._platform.buckets.note_answer(reply.status, reply.headers.get("X-RateLimit-Scope"))
        self._platform.record.add(
            "rest",
            method=request.method,
            path=request.path,
            query=dict(request.query),
            route=route.path,
            status=0 if dropped else reply.status,
            body=body if not isinstance(body, ApiError) else None,
            reply=reply.body,
            milliseconds=round(took * 1000, 1),
        )

    async def _answer(self, request: web.Request, route: Route, body: Any, files: tuple[Upload, ...]) -> Reply:
        headers: dict[str, str] = {}
        try:
            self._check_login(request, route)
            refused = self._count(request, route, headers)
            if refused is not None:
                return refused
            if isinstance(body, ApiError):
                raise body
            call = Call(self._platform, request.match_info, request.query, body, files, gateway_url(request))
            answer = await route.handler(call)
        except ApiError as error:
            return Reply(error.status, error.body(), headers)
        except Exception:  # noqa: BLE001  (a fault of this server must fail the test, not look like Discord's)
            self._platform.problem(f"{route.method} {route.path} failed here: {traceback.format_exc(limit=-3)}")
            return Reply(500, {"message": "500: a fault of the test server", "code": 0}, headers)
        if isinstance(answer, Created):
            return Reply(201, answer.body, headers)
        return Reply(204 if answer is None else 200, answer, headers)

    def _check_login(self, request: web.Request, route: Route) -> None:
        if not route.authorized:
            return
        if request.headers.get("Authorization") != f"Bot {self._platform.settings.token}":
            raise unauthorized()
        if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
            raise ApiError(403, 40333, "internal network error")

    def _count(self, request: web.Request, route: Route, headers: dict[str, str]) -> Reply | None:
        """Count the call in its buckets; a 429 if they are full."""
        if route.limit is None:
            return None
        verdict = self._platform.buckets.take(
            (route.method, route.path),
            route.major(request.match_info),
            route.limit,
            exempt_from_global=not route.authorized,
        )
        headers.update(verdict.headers)
        if not verdict.retry_after:
            return None
        body = {
            "message": "You are being rate limited.",
            "retry_after": verdict.retry_after,
            "global": verdict.scope == "global",
        }
        return Reply(429, body, headers)


def spoilt(fault: Fault, reply: Reply) -> Reply:
    """The answer as the fault leaves it."""
    if fault.status is not None:
        body = {"message": "scripted fault", "code": 0} if fault.body is None else fault.body
        reply = Reply(fault.status, body)
    reply.headers = reply.headers | fault.headers
    reply.truncate = fault.truncate
    return reply


async def decode(request: web.Request) -> tuple[Any, tuple[Upload, ...]]:
    """The JSON body and the files; an ApiError in the body's place where it can't be read."""
    if not request.can_read_body:
        return None, ()
    if request.content_type == "multipart/form-data":
        return await multipart(request)
    if request.content_type != "application/json":
        await request.read()
        return ApiError(400, 50035, "Invalid Form Body", WRONG_TYPE), ()
    return parsed(await request.read()), ()


WRONG_TYPE = {"_errors": [{"code": "CONTENT_TYPE", "message": "Expected Content-Type application/json"}]}


def parsed(data: bytes | str) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return ApiError(400, 50109, "The request body contains invalid JSON.")


async def multipart(request: web.Request) -> tuple[Any, tuple[Upload, ...]]:
    """``payload_json`` and any number of ``files[n]``."""
    body: Any = None
    files = []
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            content = value.file.read()
            files.append(Upload(name, value.filename, content, value.content_type))
        elif name == "payload_json":
            body = parsed(value if isinstance(value, str) else bytes(value))
    return body, tuple(files)


def gateway_url(request: web.Request) -> str:
    """Where the gateway is, seen from this client: the same server, by Discord's name if it used that."""
    host = request.host.replace("discord.com", "gateway.discord.gg")
    return f"{'wss' if request.secure else 'ws'}://{host}"
