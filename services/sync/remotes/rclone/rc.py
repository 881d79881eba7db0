"""How is the resident rclone asked to do something?

HTTP over its Unix socket: one POST a command, JSON in, JSON out. Every call has a time-out, and cancelling a call
cancels the work in rclone, because it ends with its connection.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from services.sync.remotes.errors import Unreachable

START_SECONDS = 15.0
"""How long `wait` gives rclone to come up: supervisord starts it beside us. Less than a step of the self-test has."""

CALL_SECONDS = 120.0
"""Above rclone's own limits for a request with its low-level retries."""

ALIVE_SECONDS = 30.0
"""An rclone that does not answer the simplest question for so long is stopped or overloaded."""

_PAUSE_SECONDS = 0.1
_PULSE_SECONDS = 10.0
_REMEDY = "look at the log of the program `rclone`; the warden starts it again"


class RcError(Exception):
    """rclone carried the command out and it failed; `text` is rclone's own wording."""

    def __init__(self, command: str, text: str, status: int) -> None:
        super().__init__(f"{command}: {text}")
        self.text = text
        self.status = status

    @classmethod
    def of(cls, command: str, result: Mapping[str, Any]) -> "RcError":
        """The failure of one command of a batch."""
        return cls(command, str(result["error"]), int(result.get("status", 500)))


class Rc:
    """A client of one `rclone rcd`."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._session: aiohttp.ClientSession | None = None

    async def wait(self) -> None:
        """Return once rclone answers; `Unreachable` if it does not come up."""
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while True:
            try:
                await self.call("rc/noop", {}, seconds=5.0)
            except Unreachable:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    async def call(self, command: str, parameters: Mapping[str, Any], *, seconds: float = CALL_SECONDS) -> Any:
        """Run one command and give its answer; raises `RcError` and `Unreachable`, nothing else."""
        return json.loads(await self.body(command, parameters, seconds=seconds))

    async def body(self, command: str, parameters: Mapping[str, Any], *, seconds: float = CALL_SECONDS) -> bytes:
        """The same, with the answer as it came: JSON that has not been read.

        While a command takes longer, rclone is asked whether it is alive: one that is stopped would else hold us up
        for all of `seconds`.
        """
        work = asyncio.create_task(self._post(command, parameters, seconds=seconds))
        try:
            while not (await asyncio.wait({work}, timeout=_PULSE_SECONDS))[0]:
                await self._post("rc/noop", {}, seconds=ALIVE_SECONDS)
            return await work
        finally:
            work.cancel()

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, command: str, parameters: Mapping[str, Any], *, seconds: float) -> bytes:
        try:
            async with self._open().post(
                f"http://rclone/{command}", json=parameters, timeout=aiohttp.ClientTimeout(total=seconds)
            ) as response:
                body = await response.read()
                error = None if response.status == 200 else str(json.loads(body).get("error", ""))
        except TimeoutError as failure:
            text = f"rclone did not finish {command} within {seconds:.0f} s"
            raise Unreachable(text, remedy=_REMEDY) from failure
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            raise Unreachable(f"rclone does not answer ({type(failure).__name__})", remedy=_REMEDY) from failure
        if error is not None:
            raise RcError(command, error, response.status)
        return body

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.UnixConnector(self._socket_path, limit=64))
        return self._session
