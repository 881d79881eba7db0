"""In which directories has something changed, as far as the operating system tells?

A hint and no more: events get lost when the kernel's queue overflows (then the hint is "anywhere") and between
`mkdir -p` and the new watch, so a new directory is named itself and looked through whole, and scans run on a period
besides.
"""

import asyncio
import contextlib
import logging
import os
import warnings
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from watchdog.events import (
    DirCreatedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedNoWriteEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from helix.core.ignore import FILE_NAME
from services.sync.hints import EVERYWHERE, NOWHERE, Hint, directories
from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

_OVERFLOW_LOG = "watchdog.observers.inotify_c"
"""Where watchdog says, and nowhere else, that the kernel dropped events."""


LOOK_SECONDS = 5.0
"""So often it is seen whether the root still is the directory that is watched."""


class WatchFailed(Exception):
    """The system gives no more watches; scans go on."""


class _Bell(FileSystemEventHandler):
    """Gathers in watchdog's thread what changed, and rings in the event loop."""

    def __init__(self, root: str, loop: asyncio.AbstractEventLoop) -> None:
        self.rung = asyncio.Event()
        self._root = os.fsencode(root)
        self._own = os.path.join(self._root, os.fsencode(RESERVED))
        self._filter = os.path.join(self._root, os.fsencode(FILE_NAME))
        self._loop = loop
        self._hint = NOWHERE

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called in watchdog's thread."""
        # what changed inside a directory has an event of its own
        if isinstance(event, FileOpenedEvent | FileClosedNoWriteEvent | DirModifiedEvent):
            return
        paths = [os.fsencode(path) for path in (event.src_path, event.dest_path) if path]
        if not paths:
            self.ring(EVERYWHERE)
        elif not all(self._is_ours(path) for path in paths):
            self.ring(self._around(paths, whole=isinstance(event, DirCreatedEvent | DirMovedEvent)))

    def ring(self, hint: Hint) -> None:
        """Something changed; to be called from any thread."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, hint)

    def heard(self) -> Hint:
        """What has been gathered since the last call."""
        hint, self._hint = self._hint, NOWHERE
        self.rung.clear()
        return hint

    def _take(self, hint: Hint) -> None:
        self._hint = self._hint.joined(hint)
        self.rung.set()

    def _around(self, paths: list[bytes], *, whole: bool) -> Hint:
        """The directories that hold the paths, and a directory that came; in one that is no text nothing is kept."""
        if self._filter in paths:
            return EVERYWHERE
        found: set[str] = set()
        for path in paths:
            relative = os.path.relpath(path, self._root)
            for place in (os.path.dirname(relative), relative) if whole else (os.path.dirname(relative),):
                with contextlib.suppress(UnicodeDecodeError):
                    found.add("" if place == b"." else place.decode())
        return directories(found)

    def _is_ours(self, path: bytes) -> bool:
        inside = path == self._own or path.startswith(self._own + b"/")
        return inside or os.path.basename(path).startswith(TEMPORARY_PREFIX.encode())


class _Overflow(logging.Handler):
    """Hears watchdog say that events were lost."""

    def __init__(self, bell: _Bell) -> None:
        super().__init__(logging.WARNING)
        self._bell = bell

    def emit(self, record: logging.LogRecord) -> None:
        """Whatever watchdog warns of there: what we know is not all."""
        self._bell.ring(EVERYWHERE)


async def changes(root: str, *, look_seconds: float = LOOK_SECONDS) -> AsyncIterator[Hint]:
    """Yield after each burst of changes below `root` where they were; first, that anything may have changed till now.

    Raises `WatchFailed` if it can't be watched. A root that was removed, replaced or mounted over is watched anew.
    """
    while True:
        async with aclosing(_changes_of_one(root, look_seconds)) as hints:
            async for hint in hints:
                yield hint
        yield EVERYWHERE
        while await asyncio.to_thread(_identity, root) is None:  # noqa: ASYNC110 - nobody tells when it is mounted
            await asyncio.sleep(look_seconds)


async def _changes_of_one(root: str, look_seconds: float) -> AsyncGenerator[Hint, None]:
    """The same until another directory, or none, is at `root`: of that the system tells nothing."""
    # watchdog warns when a directory is made and renamed faster than it can look; a scan follows anyway
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.observers")
    identity = await asyncio.to_thread(_identity, root)
    bell = _Bell(root, asyncio.get_running_loop())
    overflow = _Overflow(bell)
    observer = Observer()
    observer.schedule(bell, root, recursive=True)
    logging.getLogger(_OVERFLOW_LOG).addHandler(overflow)
    try:
        try:
            await asyncio.to_thread(observer.start)
        except OSError as error:
            raise WatchFailed(f"{error.strerror or error}") from error
        try:
            yield EVERYWHERE
            while await asyncio.to_thread(_identity, root) == identity:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(look_seconds):
                        await bell.rung.wait()
                if bell.rung.is_set():
                    yield bell.heard()
        finally:
            observer.stop()
            await asyncio.shield(asyncio.to_thread(observer.join, 5.0))
    finally:
        logging.getLogger(_OVERFLOW_LOG).removeHandler(overflow)


def _identity(root: str) -> tuple[int, int] | None:
    """Which directory is there; None if none is."""
    try:
        seen = os.stat(root)
    except OSError:
        return None
    return seen.st_dev, seen.st_ino
