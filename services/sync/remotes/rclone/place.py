"""Where on which backend is the tree, and how is rclone asked about it?

One place for what all operations share: the backend's address, its features, the translation of every error, and the
one repair that rclone does not do itself: a stored MEGA session that the service no longer knows.
"""

import asyncio
import json
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from services.sync.remotes.errors import Changed, Gone, Misconfigured, Unreachable
from services.sync.remotes.rclone.answers import listed
from services.sync.remotes.rclone.entries import TRANSFERS, Backend, Listing
from services.sync.remotes.rclone.failures import STALE_SESSION, translated
from services.sync.remotes.rclone.orders import NEW, Orders, Step, require_renamed
from services.sync.remotes.rclone.rc import CALL_SECONDS, Rc, RcError
from services.sync.remotes.rclone.transfer import copy_file
from services.sync.remotes.remote import Entry, Progress, no_progress
from services.sync.remotes.symbols import to_symbols
from services.sync.reserved import RESERVED

log = logging.getLogger(__name__)

T = TypeVar("T")

LIST_SECONDS = 1800.0
"""A listing of a very large tree may take long; rclone itself bounds each request inside it."""

MOVE_SECONDS = 3600.0
"""A move is a copy on the server of an object store, and one through this host where a backend has neither."""

SHOWN_SECONDS = 15.0
"""For so long what was just written is looked for again before it is said not to be there."""

_FIRST_PAUSE_SECONDS = 0.1


class Place:
    """`NAME:PATH` of a resident rclone."""

    def __init__(self, rc: Rc, name: str, path: str) -> None:
        self.rc = rc
        self._name = name
        self._path = path
        self._options = ""
        self._backend: Backend | None = None
        self._mending = asyncio.Lock()
        self._transfers = asyncio.Semaphore(TRANSFERS)

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

    @property
    def orders(self) -> Orders:
        """The commands for single files."""
        bare = f"{self._name},no_head=true,no_head_object=true:{self._path}" if self.backend.bucket else self.fs
        return Orders(self.fs, bare, self.backend)

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
        return json.loads(await self._body(command, parameters, what, seconds=seconds))

    async def listing(self, under: str, *, deep: bool = True) -> Listing:
        """Everything below `under` (or right in it) in walk order, complete, nothing if it does not exist."""
        options = {**self.backend.list_options, "recurse": deep}
        parameters = {"fs": self.fs, "remote": to_symbols(under), "opt": options}
        if not under:
            # the trash may be larger than the tree
            parameters["_filter"] = {"ExcludeRule": [f"/{RESERVED}/**"]}
        try:
            body = await self._body("operations/list", parameters, f"listing {under or '/'}", seconds=LIST_SECONDS)
        except (Gone, Changed):
            if not under:
                # an empty answer for the root would look as if everything had been deleted
                raise
            return Listing([], [], 0)
        try:
            return await asyncio.to_thread(lambda: self.backend.walk(listed(body), under, time.time_ns()))
        except ValueError as error:
            raise Unreachable(f"rclone's listing of {under or '/'} can't be read: {error}") from error

    async def stat(self, path: str) -> Entry | None:
        """The entry at the path as it is now."""
        parameters = {"fs": self.fs, "remote": to_symbols(path), "opt": self.backend.list_options}
        try:
            return self.orders.seen(await self.ask("operations/stat", parameters, f"looking at {path}"), path)
        except (Gone, Changed):
            return None

    async def written(self, path: str) -> Entry | None:
        """The entry at a path that was just written, as soon as rclone shows it; None if it does not in its time.

        MEGA is shown from a tree in rclone's memory. There what was renamed is under its old name, or nowhere, until
        MEGA has told rclone of its own rename.
        """
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + SHOWN_SECONDS, _FIRST_PAUSE_SECONDS
        while (entry := await self.stat(path)) is None and loop.time() < deadline:
            await asyncio.sleep(pause * (1 + random.random()))  # noqa: S311 - jitter
            pause *= 2
        return entry

    async def delete(self, path: str, what: str) -> None:
        """Delete a file."""
        await self.ask("operations/deletefile", {"fs": self.fs, "remote": to_symbols(path)}, what)

    async def make_directory(self, path: str, what: str) -> None:
        """Make a directory and its parents."""
        await self.ask("operations/mkdir", {"fs": self.fs, "remote": to_symbols(path)}, what)

    async def remove_directory(self, path: str, what: str) -> None:
        """Remove an empty directory. Not every backend refuses to remove a full one."""
        await self.ask("operations/rmdir", {"fs": self.fs, "remote": to_symbols(path)}, what)

    async def rename(self, path: str, to: str, what: str) -> Entry | None:
        """Rename a file on the server to where nothing is, and look; `Changed` if rclone finds something there."""
        moving, stats = self.orders.rename(path, to)
        _, after, seen = await self._one_by_one([moving, stats, self.orders.look(to)], what)
        require_renamed(after, to)
        return self.orders.seen(seen, to) or await self.written(to)

    async def rename_over(self, path: str, to: str, what: str) -> Entry | None:
        """Rename a file on the server in the place of another, and look; only where `replaces_by_renaming`."""
        _, seen = await self._one_by_one([self.orders.rename_over(path, to), self.orders.look(to)], what)
        return self.orders.seen(seen, to) or await self.written(to)

    async def together(
        self, steps: list[Step], what: str, *, side_by_side: int, seconds: float
    ) -> list[dict[str, Any]]:
        """Several commands in one request; the answer of each, or what rclone says of its failure under `error`."""
        batch = {"inputs": steps, "concurrency": side_by_side}
        try:
            return list((await self.rc.call("job/batch", batch, seconds=seconds))["results"])
        except RcError as error:
            raise translated(error, what) from error

    async def send(self, local: str, path: str, what: str, *, size: int, progress: Progress, new: bool) -> None:
        """Copy a local file up, replacing what is there; `new` says that nothing is, and that nobody looks for it."""
        directory, name = os.path.split(os.path.abspath(local))
        options = NEW if new else {}
        here, there = (directory, to_symbols(name)), (self.fs, to_symbols(path))
        await self._copy(here, there, what, size=size, progress=progress, options=options)

    async def fetch(self, path: str, local: str, *, size: int, progress: Progress) -> None:
        """Copy a file down."""
        directory, name = os.path.split(os.path.abspath(local))
        there, here = (self.fs, to_symbols(path)), (directory, to_symbols(name))
        await self._copy(there, here, f"fetching {path}", size=size, progress=progress)

    async def duplicate(self, path: str, to: str) -> None:
        """Copy a file on the server where it can, else through this host."""
        one, other = (self.fs, to_symbols(path)), (self.fs, to_symbols(to))
        await self._copy(one, other, f"keeping {path}", size=0, progress=no_progress)

    async def _copy(
        self,
        source: tuple[str, str],
        target: tuple[str, str],
        what: str,
        *,
        size: int,
        progress: Progress,
        options: Mapping[str, bool] = MappingProxyType({}),
    ) -> None:
        """From (fs, path) to (fs, path)."""
        (from_fs, from_path), (to_fs, to_path) = source, target
        parameters: dict[str, Any] = {"srcFs": from_fs, "srcRemote": from_path, "dstFs": to_fs, "dstRemote": to_path}
        parameters["_config"] = {**self.backend.config, **options}
        try:
            async with self._transfers:
                await self._mended(lambda: copy_file(self.rc, parameters, progress, size))
        except RcError as error:
            raise translated(error, what) from error

    async def _body(self, command: str, parameters: dict[str, Any], what: str, *, seconds: float) -> bytes:
        if self._backend is not None:
            parameters = {**parameters, "_config": {**self._backend.config, **parameters.get("_config", {})}}
        try:
            return await self._mended(lambda: self.rc.body(command, parameters, seconds=seconds))
        except RcError as error:
            raise translated(error, what) from error

    async def _one_by_one(self, steps: list[Step], what: str) -> list[dict[str, Any]]:
        """Several commands in one request, each after the one before it has gone well."""

        async def work() -> list[dict[str, Any]]:
            batch = {"inputs": steps, "concurrency": 1}
            results: list[dict[str, Any]] = (await self.rc.call("job/batch", batch, seconds=MOVE_SECONDS))["results"]
            for step, result in zip(steps, results, strict=True):
                if "error" in result:
                    raise RcError.of(step["_path"], result)
            return results

        try:
            return await self._mended(work)
        except RcError as error:
            raise translated(error, what) from error

    async def _info(self) -> Backend:
        return Backend.of(await self.ask("operations/fsinfo", {"fs": self.fs}, f"opening rclone:{self._name}:"))

    async def _mended(self, work: Callable[[], Awaitable[T]]) -> T:
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
