"""Which address of the health server answers what?

Every answer comes from memory. `/livez`, `/startupz`, `/readyz` and `/health` are 200 or 503, never a redirect, and
are the same for every Host header: Railway asks as healthcheck.railway.app, a probe by address.
"""

import time

from aiohttp import web

from healthcheck import page
from healthcheck.access import Access
from healthcheck.api import BODY_BYTES, Api, errors_in_json
from healthcheck.bodies import Writer, startup_status
from healthcheck.events import Events
from healthcheck.exposition import Exposition
from healthcheck.watch import Watch
from helix.core.health import Check, State, Status, Verdict

MEDIA_TYPE = "application/health+json"

WATCH = web.AppKey("watch", Watch)
WRITER = web.AppKey("writer", Writer)
ACCESS = web.AppKey("access", Access)
EXPOSITION = web.AppKey("exposition", Exposition)

_HEADERS = {
    "Server": "helix",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def make_app(
    *, watch: Watch, writer: Writer, access: Access, exposition: Exposition, api: Api, events: Events
) -> web.Application:
    """Put the addresses together; the parts come from the composition root."""
    app = web.Application(client_max_size=BODY_BYTES, middlewares=[errors_in_json])
    app[WATCH] = watch
    app[WRITER] = writer
    app[ACCESS] = access
    app[EXPOSITION] = exposition
    app.on_response_prepare.append(_add_headers)
    app.router.add_get("/livez", _live)
    app.router.add_get("/startupz", _started)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/health", _ready)
    app.router.add_get("/metrics", _metrics)
    app.router.add_get("/events", events.handle)
    app.on_shutdown.append(events.close)
    api.add_to(app.router)
    page.add_to(app.router)
    return app


async def _live(request: web.Request) -> web.Response:
    verdict = request.app[WATCH].verdict
    state = State.STARTING if verdict is None else verdict.state
    return _answer(Status.PASS, request.app[WRITER].live(state))


async def _started(request: web.Request) -> web.Response:
    verdict = _verdict(request)
    if verdict is None:
        return _no_verdict(request)
    body = request.app[WRITER].startup(verdict, detailed=request.app[ACCESS].allows(request))
    return _answer(startup_status(verdict), body)


async def _ready(request: web.Request) -> web.Response:
    verdict = _verdict(request)
    if verdict is None:
        return _no_verdict(request)
    body = request.app[WRITER].health(verdict, detailed=request.app[ACCESS].allows(request))
    return _answer(verdict.status, body)


async def _metrics(request: web.Request) -> web.Response:
    page = await request.app[EXPOSITION].page(request.headers.get("Accept", ""))
    return web.Response(body=page.body, headers={"Content-Type": page.content_type})


def _verdict(request: web.Request) -> Verdict | None:
    return request.app[WATCH].current(time.time())


def _no_verdict(request: web.Request) -> web.Response:
    output = "the health server has no verdict yet"
    check = Check("health:verdict", Status.FAIL, output, "wait a few seconds", time.time())
    return _answer(Status.FAIL, request.app[WRITER].failure(check))


def _answer(status: Status, body: bytes) -> web.Response:
    code = 503 if status is Status.FAIL else 200
    return web.Response(status=code, body=body, content_type=MEDIA_TYPE)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers[name] = value
