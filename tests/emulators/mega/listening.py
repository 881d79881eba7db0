"""sc and wait: how does a client hear of changes without listing again?"""

import secrets
import time

from aiohttp import web

from tests.emulators.mega.codec import b64
from tests.emulators.mega.errors import Code
from tests.emulators.mega.events import EventLog
from tests.emulators.mega.faults import Fault
from tests.emulators.mega.record import Request
from tests.emulators.mega.replies import CutoffError, cut, disturb
from tests.emulators.mega.world import World


class Listening:
    """The two endpoints."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waits: dict[str, tuple[EventLog, str]] = {}

    async def sc(self, request: web.Request) -> web.Response:
        """Events since `sn`, or at once an address to wait at."""
        arrived = time.monotonic()
        faults = self._world.faults.strike("sc")
        try:
            response = await _disturbed(faults) or self._events(request)
        except CutoffError:
            response = cut(request)
        self._world.record.requests.append(Request(arrived, "sc", status=response.status))
        return response

    async def wait(self, request: web.Request) -> web.Response:
        """Blocks until something happens; the body says nothing."""
        arrived = time.monotonic()
        faults = self._world.faults.strike("wait")
        log, sn = self._waits.pop(request.match_info["name"], (None, ""))
        try:
            response = await _disturbed(faults) or web.Response()
            if log is not None:
                await log.wait(sn, self._world.limits.wait_seconds)
        except CutoffError:
            response = cut(request)
        self._world.record.requests.append(Request(arrived, "wait", status=response.status))
        return response

    def _events(self, request: web.Request) -> web.Response:
        account = self._world.account_of(request.query.get("sid", ""))
        if account is None:
            return web.Response(text=str(int(self._world.assume.stale_session)))
        sn = request.query.get("sn", "")
        with self._world.lock:
            events = account.events.since(sn)
            if events is None:
                return web.Response(text=str(int(Code.EARGS)))
            if events:
                return web.json_response({"a": events, "sn": account.events.sn})
        name = b64(secrets.token_bytes(12))
        self._waits[name] = (account.events, sn)
        return web.json_response({"w": f"{self._world.base(request)}/wait/{name}"})


async def _disturbed(faults: list[Fault]) -> web.Response | None:
    for fault in faults:
        if (response := await disturb(fault.effect)) is not None:
            return response
    return None
