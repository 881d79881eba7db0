"""How is sync asked to do something?

A client of sync's control socket: HTTP over a Unix socket. What sync knows by heart it answers within 2 s, what it has
to look up in its journal within 10; an action may have to wait for a pass. Actions carry an idempotency key, so a
repeated call does one thing. Answers are JSON objects; their shapes stand in docs/control-api.md.

Errors: `Unreachable` (nobody answers in time), `Refused` (sync's `{"error": {"code", "message", "remedy"}}`).
"""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from helix.aside import Aside
from helix.errors import Refused, Unreachable

QUESTION_SECONDS = 2.0
LOOKUP_SECONDS = 10.0
ACTION_SECONDS = 60.0

Answer = Mapping[str, Any]


class Control:
    """A client of sync's control socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._disk = Aside()

    async def status(self) -> Answer:
        """Ask how each folder is: state, counts, pending, progress, last success."""
        return await self._get("/v1/status", timeout=QUESTION_SECONDS)

    async def plan(self) -> Answer:
        """Ask what the next pass would do, and why; nothing is done."""
        return await self._get("/v1/plan", timeout=ACTION_SECONDS)

    async def files(self, *, prefix: str = "", query: str = "", limit: int = 100) -> Answer:
        """List known files below *prefix*, or those whose path holds *query*."""
        return await self._get("/v1/files", prefix=prefix, query=query, limit=str(limit))

    async def history(self, *, path: str = "", limit: int = 20) -> Answer:
        """List the last runs, or what happened to *path* and the versions still kept of it."""
        return await self._get("/v1/history", path=path, limit=str(limit))

    async def conflicts(self) -> Answer:
        """List conflict copies, and the guard rails that wait for a person."""
        return await self._get("/v1/conflicts")

    async def sync(self, *, wait: float = 0.0, key: str | None = None) -> Answer:
        """Start a pass now; with *wait* seconds, answer with its result."""
        return await self._post("/v1/sync", {"wait": wait}, key=key, timeout=wait + LOOKUP_SECONDS)

    async def pause(self, *, key: str | None = None) -> Answer:
        """Stop passes until resumed; a running pass ends after its current files."""
        return await self._post("/v1/pause", {}, key=key)

    async def resume(self, *, key: str | None = None) -> Answer:
        """Go on after a pause."""
        return await self._post("/v1/resume", {}, key=key)

    async def limit(self, limit: str, *, key: str | None = None) -> Answer:
        """Change the bandwidth limit while running: `up:down` as in `HELIX_BWLIMIT`, or `off`."""
        return await self._post("/v1/limit", {"limit": limit}, key=key)

    async def verify(self, *, key: str | None = None) -> Answer:
        """Start comparing content on both sides in the background; repairs nothing."""
        return await self._post("/v1/verify", {}, key=key)

    async def restore(
        self,
        path: str,
        *,
        version: str | None = None,
        to: str | None = None,
        folder: str | None = None,
        key: str | None = None,
    ) -> Answer:
        """Bring a version of *path* back from the trash, to itself or to *to*; *folder*: whose, if several do."""
        body = {"path": path, "version": version, "to": to, "folder": folder}
        return await self._post("/v1/restore", body, key=key)

    async def resolve(self, path: str, keep: str, *, folder: str | None = None, key: str | None = None) -> Answer:
        """Decide a conflict: *keep* is `local`, `remote` or `both`."""
        return await self._post("/v1/conflicts/resolve", {"path": path, "keep": keep, "folder": folder}, key=key)

    async def decide(self, folder: str, decision: str, *, key: str | None = None) -> Answer:
        """Answer a guard rail: *decision* is `proceed` (do it, once) or `rescan` (look again, delete nothing)."""
        return await self._post("/v1/guards/decide", {"folder": folder, "decision": decision}, key=key)

    async def selftest(self, *, key: str | None = None) -> Answer:
        """Upload, read back, compare and delete a small file on each remote."""
        return await self._post("/v1/selftest", {}, key=key)

    async def _get(self, endpoint: str, *, timeout: float = LOOKUP_SECONDS, **query: str) -> Answer:
        return await self._call("GET", endpoint, timeout, params=query)

    async def _post(
        self, path: str, body: Answer, *, key: str | None = None, timeout: float = ACTION_SECONDS
    ) -> Answer:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return await self._call("POST", path, timeout, json=body, headers=headers)

    async def _call(self, method: str, path: str, timeout: float, **options: Any) -> Answer:
        # to connect on a disk that hangs would hold up the whole event loop
        await self._disk.do(lambda: os.path.exists(self._socket))
        try:
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.UnixConnector(path=str(self._socket)),
                    timeout=aiohttp.ClientTimeout(total=timeout),
                ) as session,
                session.request(method, f"http://sync{path}", **options) as response,
            ):
                if response.content_type != "application/json":
                    remedy = "the last lines of sync in the log say why"
                    raise Refused(f"sync failed at this (HTTP status {response.status})", remedy=remedy, code="failed")
                answer = await response.json()
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(
                "sync does not answer on its control socket", remedy="look at `helix status`, which says why"
            ) from error
        if response.status >= 400:
            why = answer.get("error", {}) if isinstance(answer, dict) else {}
            raise Refused(
                str(why.get("message", f"sync answered {response.status}")),
                remedy=str(why.get("remedy", "")),
                code=str(why.get("code", "refused")),
            )
        return dict(answer)
