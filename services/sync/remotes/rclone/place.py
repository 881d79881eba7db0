"""Where on which backend is the tree, and how is rclone asked about it?

One place for what all operations share: the backend's address, its features, the translation of every error, and the
one repair that rclone does not do itself: a stored MEGA session that the service no longer knows.
"""

import asyncio
import logging
from typing import Any

from services.sync.remotes.errors import Gone, Misconfigured
from services.sync.remotes.rclone.entries import Backend
from services.sync.remotes.rclone.failures import STALE_SESSION, translated
from services.sync.remotes.rclone.rc import CALL_SECONDS, Rc, RcError
from services.sync.remotes.rclone.transfer import copy_file
from services.sync.remotes.remote import Entry, Progress
from services.sync.remotes.symbols import to_symbols

log = logging.getLogger(__name__)

LIST_SECONDS = 1800.0
"""A listing of a very large tree may take long; rclone itself bounds each request inside it."""


class Place:
    """`NAME:PATH` of a resident rclone."""

    def __init__(self, rc: Rc, name: str, path: str) -> None:
        self.rc = rc
        self._name = name
        self._path = path
        self._options = ""
        self._backend: Backend | None = None
        self._mending = asyncio.Lock()

    @property
    def backend(self) -> Backend:
        """What the backend can do. Valid after `open`."""
        if self._backend is None:
            raise Misconfigured(f"rclone:{self._name}: was used before it was connected")
        return self._backend

    @property
    def fs(self) -> str:
        """Rclone's address of the tree's root."""
        return f"{self._name}{self._options}:{self._path}"

    async def open(self) -> None:
        """Ask what the backend can do."""
        await self.rc.wait()
        self._backend = await self._info()
        if not self._backend.empty_directories and not self._options:
            # S3 and its like have no directories: an empty object named `dir/` stands for one
            self._options = ",directory_markers=true"
            self._backend = await self._info()

    async def ask(self, command: str, parameters: dict[str, Any], what: str, *, seconds: float = CALL_SECONDS) -> Any:
        """Run one command; errors come translated."""
        if self._backend is not None:
            parameters = {**parameters, "_config": self._backend.config}
        try:
            return await self._mended(lambda: self.rc.call(command, parameters, seconds=seconds))
        except RcError as error:
            raise translated(error, what) from error

    async def items(self, under: str) -> list[dict[str, Any]]:
        """Everything below `under`, complete; nothing if it does not exist."""
        options = {**self.backend.list_options, "recurse": True}
        parameters = {"fs": self.fs, "remote": to_symbols(under), "opt": options}
        try:
            answer = await self.ask("operations/list", parameters, f"listing {under or '/'}", seconds=LIST_SECONDS)
        except Gone:
            if not under:
                # an empty answer for the root would look as if everything had been deleted
                raise
            return []
        found: list[dict[str, Any]] = answer["list"] or []
        return found

    async def stat(self, path: str) -> Entry | None:
        """The entry at the path as it is now."""
        parameters = {"fs": self.fs, "remote": to_symbols(path), "opt": self.backend.list_options}
        try:
            item = (await self.ask("operations/stat", parameters, f"looking at {path}"))["item"]
        except Gone:
            return None
        return None if item is None else self.backend.entry(item, path)

    async def copy(
        self, source: tuple[str, str], target: tuple[str, str], what: str, *, progress: Progress, size: int
    ) -> None:
        """Copy one file from (fs, path) to (fs, path), replacing what is there."""
        (from_fs, from_path), (to_fs, to_path) = source, target
        parameters: dict[str, Any] = {"srcFs": from_fs, "srcRemote": from_path, "dstFs": to_fs, "dstRemote": to_path}
        parameters["_config"] = self.backend.config
        try:
            await self._mended(lambda: copy_file(self.rc, parameters, progress, size))
        except RcError as error:
            raise translated(error, what) from error

    async def _info(self) -> Backend:
        return Backend.of(await self.ask("operations/fsinfo", {"fs": self.fs}, f"opening rclone:{self._name}:"))

    async def _mended(self, work: Any) -> Any:
        """Do the work; once, after a stale stored session, forget the session and do it again."""
        try:
            return await work()
        except RcError as error:
            if not STALE_SESSION.search(error.text):
                raise
        async with self._mending:
            log.warning("rclone_session_forgotten", extra={"remote": self._name})
            await self._forget_session()
        return await work()

    async def _forget_session(self) -> None:
        parameters = {"session_id": "", "master_key": ""}
        options = {"nonInteractive": True, "noObscure": True}
        try:
            await self.rc.call("config/update", {"name": self._name, "parameters": parameters, "opt": options})
            await self.rc.call("fscache/clear", {})
        except RcError as error:
            raise translated(error, "logging in again") from error
