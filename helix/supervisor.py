"""What does supervisord say of its programs, and how is it asked to act on them?

XML-RPC over supervisord's Unix socket, with a time-out of a second for questions: a supervisord that does not answer is
an answer too. An act is given more: one that is called undone is not counted, or done once more. A process group member
`helix:sync` is named `sync` here; event listeners are programs as well.
"""

import asyncio
import xmlrpc.client
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from helix.core.health import ProgramState
from helix.errors import HelixError, Refused, Unreachable

TIMEOUT_SECONDS = 1.0
ACT_SECONDS = 10.0
SHUTTING_DOWN = "6"
"""The code with which supervisord refuses everything while it stops (`supervisor.xmlrpc.Faults.SHUTDOWN_STATE`)."""


class Supervisor:
    """A client of supervisord; use as an async context manager."""

    def __init__(self, socket: Path, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._socket = socket
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Supervisor":
        """Open the connection pool; connects at the first call."""
        connector = aiohttp.UnixConnector(path=str(self._socket))
        self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()

    async def programs(self) -> Mapping[str, ProgramState]:
        """Give every program's state by its short name. Raises `Unreachable`."""
        infos = await self._call("supervisor.getAllProcessInfo")
        return {info["name"]: _state(info) for info in infos}

    async def start(self, program: str) -> None:
        """Start *program* without waiting for it to run. Raises `Unreachable`, `Refused` (already started)."""
        await self._act("supervisor.startProcess", program, False)

    async def stop(self, program: str) -> None:
        """Ask *program* to stop without waiting. Raises `Unreachable`, `Refused`."""
        await self._act("supervisor.stopProcess", program, False)

    async def kill(self, program: str) -> None:
        """Send SIGKILL, which works on a stopped process too. Raises `Unreachable`, `Refused`."""
        await self._act("supervisor.signalProcess", program, "KILL")

    async def shutdown(self) -> None:
        """Stop all programs in order, then supervisord. Raises `Unreachable`."""
        await self._call("supervisor.shutdown", seconds=ACT_SECONDS)

    async def _act(self, method: str, program: str, *params: Any) -> None:
        """Call a method that does something to one program."""
        await self._call(method, await self._full_name(program), *params, seconds=ACT_SECONDS)

    async def _full_name(self, program: str) -> str:
        infos = await self._call("supervisor.getAllProcessInfo", seconds=ACT_SECONDS)
        for info in infos:
            if info["name"] == program:
                return f"{info['group']}:{program}"
        raise Refused(f"supervisord knows no program {program}", remedy="restore supervisord.conf of this release")

    async def _call(self, method: str, *params: Any, seconds: float | None = None) -> Any:
        if self._session is None:
            raise HelixError("the supervisor client is used before it is opened")
        body = xmlrpc.client.dumps(params, method)
        timeout = aiohttp.ClientTimeout(total=self._timeout if seconds is None else seconds)
        try:
            async with self._session.post(
                "http://supervisor/RPC2", data=body, headers={"Content-Type": "text/xml"}, timeout=timeout
            ) as response:
                response.raise_for_status()
                result, _ = xmlrpc.client.loads(await response.text())
        except xmlrpc.client.Fault as fault:
            raise Refused(f"supervisord refused {method}: {fault.faultString}", code=str(fault.faultCode)) from fault
        except (TimeoutError, asyncio.IncompleteReadError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable("supervisord does not answer", remedy="restart the container") from error
        return result[0]


def _state(info: Mapping[str, Any]) -> ProgramState:
    running = info["statename"] in ("RUNNING", "STARTING", "STOPPING")
    cause = "" if running else str(info.get("spawnerr") or _exit_cause(info))
    return ProgramState(
        name=str(info["name"]),
        state=str(info["statename"]),
        pid=int(info["pid"]),
        started_at=float(info["start"]),
        exit_status=int(info["exitstatus"]),
        cause=cause,
    )


def _exit_cause(info: Mapping[str, Any]) -> str:
    if info["statename"] == "STOPPED":
        return "stopped by hand" if info["start"] else "not started yet"
    return f"exit status {info['exitstatus']}"
