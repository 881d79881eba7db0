"""How is a server elsewhere driven?  ``POST /control/ACTION`` with JSON, ``GET /record?since=N``."""

from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from .actions import ACTIONS
from .errors import ApiError, MisuseError
from .server import DiscordServer


def application(discord: DiscordServer) -> web.Application:
    """The control API of one server; it listens on a port of its own, so no client under test can meet it."""
    app = web.Application()

    async def act(request: web.Request) -> web.Response:
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            return web.json_response({"error": f"actions: {', '.join(ACTIONS)}"}, status=404)
        try:
            return web.json_response(await action(discord, await request.json()))
        except TimeoutError as error:
            return web.json_response({"error": str(error)}, status=504)
        except (MisuseError, ApiError, LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    async def record(request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        entries = [entry.json() for entry in discord.platform.record.entries[since:]]
        return web.json_response(entries)

    app.router.add_post("/control/{action}", act)
    app.router.add_get("/record", record)
    return app


class ControlError(Exception):
    """The server refused an action, or what was waited for did not happen."""


class Control:
    """The other end of the control API, for tests: ``await control.do("say", content="!ping")``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = ClientSession(timeout=ClientTimeout(total=120))

    async def __aenter__(self) -> "Control":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def do(self, action: str, **body: Any) -> Any:
        async with self._http.post(f"{self._url}/control/{action}", json=body) as response:
            result = await response.json()
            if response.status != 200:
                raise ControlError(f"{action}: {result['error']}")
            return result

    async def record(self, since: int = 0) -> Any:
        async with self._http.get(f"{self._url}/record", params={"since": since}) as response:
            return await response.json()
