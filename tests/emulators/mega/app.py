"""Which address leads to which part of the server?"""

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.emulators.mega.api import Api
from tests.emulators.mega.listening import Listening
from tests.emulators.mega.pacing import Line
from tests.emulators.mega.transfers import Transfers
from tests.emulators.mega.world import World

LARGEST_REQUEST = 1 << 26
COMPRESSED_BYTES = 1000
"""Answers of this length are worth it."""


def make_app(world: World) -> web.Application:
    """The whole service; every request first pays for its way."""
    line = Line(world.limits)
    api, transfers, listening = Api(world), Transfers(world, line), Listening(world)

    @web.middleware
    async def pace(request: web.Request, handler: Handler) -> web.StreamResponse:
        await line.travel(request)
        response = await handler(request)
        if world.assume.compresses and request.path.endswith(("/cs", "sc")):
            _compress(request, response)
        return response

    async def unknown(request: web.Request) -> web.Response:
        world.record.unknown.append(f"{request.method} {request.path}")
        return web.Response(status=404, text="not an address of the MEGA test server")

    app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[pace])
    app.add_routes(
        [
            web.post("/cs", api.handle),
            *(web.route("*", path, listening.sc) for path in ("/sc", "/wsc", "/sc/wsc")),
            web.route("*", "/wait/{name}", listening.wait),
            web.post("/ul/{name}", transfers.upload),
            web.post(r"/ul/{name}/{offset:\d+}", transfers.upload),
            web.route("*", "/dl/{name}", transfers.download),
            web.route("*", r"/dl/{name}/{range:\d+-\d*}", transfers.download),
            web.route("*", "/{anything:.*}", unknown),
        ]
    )
    return app


def _compress(request: web.Request, response: web.StreamResponse) -> None:
    length = response.content_length or 0
    if length >= COMPRESSED_BYTES and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.headers["Original-Content-Length"] = str(length)
        response.enable_compression(web.ContentCoding.gzip)
