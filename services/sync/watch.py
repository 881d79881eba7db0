"""Has something changed in a directory, as far as the operating system tells?

A hint and no more: events get lost when the kernel's queue overflows and between `mkdir -p` and the new watch, so every
hint leads to a scan, and scans run on a period besides.
"""

import asyncio
import contextlib
import os
import warnings
from collections.abc import AsyncIterator

from watchdog.events import (
    DirModifiedEvent,
    FileClosedNoWriteEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from services.sync.reserved import RESERVED, TEMPORARY_PREFIX


class WatchFailed(Exception):
    """The system gives no more watches; scans go on."""


class _Bell(FileSystemEventHandler):
    """Rings in the event loop when something changed that is not ours."""

    def __init__(self, root: str, loop: asyncio.AbstractEventLoop, bell: asyncio.Event) -> None:
        self._own = os.fsencode(os.path.join(root, RESERVED))
        self._loop = loop
        self._bell = bell

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called in watchdog's thread."""
        # what changed inside a directory has an event of its own
        if isinstance(event, FileOpenedEvent | FileClosedNoWriteEvent | DirModifiedEvent):
            return
        paths = [os.fsencode(path) for path in (event.src_path, event.dest_path) if path]
        if paths and all(self._is_ours(path) for path in paths):
            return
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._bell.set)

    def _is_ours(self, path: bytes) -> bool:
        name = os.path.basename(path)
        return path.startswith(self._own) or name.startswith(TEMPORARY_PREFIX.encode())


async def changes(root: str) -> AsyncIterator[None]:
    """Yield after each burst of changes below `root`. Raises `WatchFailed` if it can't be watched."""
    # watchdog warns when a directory is made and renamed faster than it can look; a scan follows anyway
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.observers")
    bell = asyncio.Event()
    observer = Observer()
    observer.schedule(_Bell(root, asyncio.get_running_loop(), bell), root, recursive=True)
    try:
        await asyncio.to_thread(observer.start)
    except OSError as error:
        raise WatchFailed(f"{error.strerror or error}") from error
    try:
        while True:
            await bell.wait()
            bell.clear()
            yield
    finally:
        observer.stop()
        await asyncio.shield(asyncio.to_thread(observer.join, 5.0))
