"""How does an effect of the fault plan reach the client?"""

import asyncio

from aiohttp import web

from tests.emulators.mega.faults import Answer, Drop, Effect, Raw, Stall


class CutoffError(Exception):
    """The connection is to be cut without an answer."""


async def disturb(effect: Effect) -> web.Response | None:
    """An answer that replaces the right one, a wait, or a cut; None = go on as if nothing had been."""
    match effect:
        case Answer(code):
            return web.Response(text=str(code))
        case Raw(status, body, headers):
            return web.Response(status=status, body=body, headers=dict(headers))
        case Drop():
            raise CutoffError
        case Stall(seconds):
            await asyncio.sleep(seconds)
    return None


def cut(request: web.Request) -> web.Response:
    """Cuts the connection; the answer returned never leaves."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
