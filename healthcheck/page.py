"""Where does the dashboard come from?

Static files beside this module, served from memory; they ask `/events` and `/api/v1` like anybody else, so the page
opens also when every other program is dead. Nothing is loaded from elsewhere, and the policy forbids it.
"""

from importlib import resources

from aiohttp import web
from aiohttp.typedefs import Handler

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def add_to(router: web.UrlDispatcher) -> None:
    """Read every file once and add its address."""
    for file in (resources.files("healthcheck") / "dashboard").iterdir():
        name = file.name
        address = "/" if name == "index.html" else f"/dashboard/{name}"
        router.add_get(address, _serving(file.read_bytes(), _TYPES[name.rpartition(".")[2]]))


def _serving(body: bytes, content_type: str) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        response = web.Response(body=body, content_type=content_type, charset="utf-8")
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return handle
