"""Which questions and actions does `/api/v1` take, and who may ask?

`status` and the list of runs are for everybody. File names and every action need `Authorization: Bearer HEALTH_TOKEN`;
without HEALTH_TOKEN set there are none. Questions and actions are handed to sync's control socket; its answers come
back as they are, without private texts. Errors: `{"error": {"code", "message", "remedy"}}`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from healthcheck.access import Access
from healthcheck.overview import Overviews, redacted
from healthcheck.redaction import Redaction
from helix.control import Answer, Control
from helix.errors import Refused, Unreachable

LIMIT = 1000
BODY_BYTES = 64 * 1024
"""A longer body is refused with 413; the application is made with it."""

Question = Callable[[Mapping[str, str]], Awaitable[Answer]]
Action = Callable[[Mapping[str, Any], str | None], Awaitable[Answer]]


class BadRequest(ValueError):
    """A request that can't be understood; its text says what is wrong with it."""


class Api:
    """Answers `/api/v1`."""

    def __init__(self, *, overviews: Overviews, control: Control, access: Access, redact: Redaction) -> None:
        self._overviews = overviews
        self._control = control
        self._access = access
        self._redact = redact

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Add the addresses."""
        router.add_get("/api/v1/status", self._status)
        router.add_get("/api/v1/history", self._history)
        for name, question in self._questions().items():
            router.add_get(f"/api/v1/{name}", self._asking(question))
        for name, action in self._actions().items():
            router.add_post(f"/api/v1/{name}", self._acting(action))

    def _questions(self) -> Mapping[str, Question]:
        control = self._control
        return {
            "files": lambda query: control.files(
                prefix=query.get("prefix", ""), query=query.get("query", ""), limit=_limit(query, 100)
            ),
            "conflicts": lambda _: control.conflicts(),
            "plan": lambda _: control.plan(),
        }

    def _actions(self) -> Mapping[str, Action]:
        control = self._control
        return {
            "sync": lambda body, key: control.sync(wait=_seconds(body, "wait"), key=key),
            "pause": lambda _, key: control.pause(key=key),
            "resume": lambda _, key: control.resume(key=key),
            "verify": lambda _, key: control.verify(key=key),
            "restore": lambda body, key: control.restore(
                _text(body, "path"),
                version=_optional(body, "version"),
                to=_optional(body, "to"),
                folder=_optional(body, "folder"),
                key=key,
            ),
            "conflicts/resolve": lambda body, key: control.resolve(
                _text(body, "path"),
                _one_of(body, "keep", "local", "remote", "both"),
                folder=_optional(body, "folder"),
                key=key,
            ),
            "guards/decide": lambda body, key: control.decide(
                _text(body, "folder"), _one_of(body, "decision", "proceed", "rescan"), key=key
            ),
        }

    async def _status(self, _: web.Request) -> web.Response:
        return _json(await self._overviews.get())

    async def _history(self, request: web.Request) -> web.Response:
        """Give the last runs to everybody, what happened to one path only with the token."""
        path = request.query.get("path", "")
        if path and not self._access.allows(request):
            return self._denied()
        return await self._answer(lambda: self._control.history(path=path, limit=_limit(request.query, 20)))

    def _asking(self, question: Question) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            if not self._access.allows(request):
                return self._denied()
            return await self._answer(lambda: question(request.query))

        return handle

    def _acting(self, action: Action) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            if not self._access.allows(request):
                return self._denied()
            data = await request.read()
            key = request.headers.get("Idempotency-Key")
            return await self._answer(lambda: action(_body(data), key))

        return handle

    async def _answer(self, ask: Callable[[], Awaitable[Answer]]) -> web.Response:
        """Ask sync, and say in JSON what came of it."""
        try:
            return _json(redacted(await ask(), self._redact))
        except BadRequest as bad:
            return _error(400, "bad_request", str(bad), "see docs/health.md")
        except Unreachable as error:
            return _error(503, "unreachable", error.message, error.remedy)
        except Refused as refused:
            return _error(409, refused.code, self._redact(refused.message), self._redact(refused.remedy))

    def _denied(self) -> web.Response:
        if not self._access.enabled:
            remedy = "set HEALTH_TOKEN, restart, and send it as Authorization: Bearer …"
            return _error(403, "disabled", "file names and actions are off: no HEALTH_TOKEN is set", remedy)
        response = _error(401, "unauthorised", "this needs the token", "send Authorization: Bearer HEALTH_TOKEN")
        response.headers["WWW-Authenticate"] = 'Bearer realm="helix"'
        return response


@web.middleware
async def errors_in_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Say in JSON too that an address is not there, a method not allowed or a body too long."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if not request.path.startswith("/api/"):
            raise
        response = _error(error.status, "http", error.reason, "see docs/health.md")
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response


def _json(body: Any, status: int = 200) -> web.Response:
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return web.Response(status=status, body=data, content_type="application/json")


def _error(status: int, code: str, message: str, remedy: str) -> web.Response:
    return _json({"error": {"code": code, "message": message, "remedy": remedy}}, status)


def _body(data: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(data or b"{}")
    except ValueError:
        raise BadRequest("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def _limit(query: Mapping[str, str], default: int) -> int:
    text = query.get("limit", str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LIMIT):
        raise BadRequest(f"limit is not a number from 1 to {LIMIT}")
    return int(text)


def _seconds(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 60:
        raise BadRequest(f"{name} is not a number of seconds from 0 to 60")
    return float(value)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} is missing or no text")
    return value


def _optional(body: Mapping[str, Any], name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


def _one_of(body: Mapping[str, Any], name: str, *allowed: str) -> str:
    value = _text(body, name)
    if value not in allowed:
        raise BadRequest(f"{name} is not one of: {', '.join(allowed)}")
    return value
