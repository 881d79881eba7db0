"""Which address leads where?  REST is under /api/v10, files under /attachments, the gateway elsewhere."""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from ..gateway import connection
from ..platform import Platform
from . import commands, identity, interactions, messages
from .gate import Gate
from .table import ROUTES, Route

API = "/api/v10"
MODULES = (identity, messages, commands, interactions)  # importing them fills the table of routes

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(platform: Platform) -> web.Application:
    """The aiohttp application of one server."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    gate = Gate(platform)
    for route in ROUTES:
        app.router.add_route(route.method, API + route.path, through(gate, route))
    app.router.add_get("/attachments/{channel_id}/{attachment_id}/{filename}", files_of(platform))
    app.router.add_route(hdrs.METH_ANY, "/{path:.*}", anything_else(platform))
    return app


def through(gate: Gate, route: Route) -> Serve:
    async def serve(request: web.Request) -> web.StreamResponse:
        return await gate.serve(request, route)

    return serve


def files_of(platform: Platform) -> Serve:
    async def serve(request: web.Request) -> web.StreamResponse:
        for message in platform.world.messages.values():
            for one in message.attachments:
                if str(one.id) == request.match_info["attachment_id"]:
                    return web.Response(body=one.content, content_type=one.content_type.split(";")[0])
        return web.Response(status=404, text="This content is no longer available.")

    return serve


def anything_else(platform: Platform) -> Serve:
    """A gateway connection, or a route that this server does not know: loud, lest a test pass by luck."""

    async def serve(request: web.Request) -> web.StreamResponse:
        wants_socket = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
        if wants_socket and not request.path.startswith("/api/"):
            return await connection.serve(platform, request)
        platform.problem(f"no such route here: {request.method} {request.path}")
        return web.json_response({"message": "501: the test server does not know this route", "code": 0}, status=501)

    return serve
