"""Have people finished with a local file, or with deleting in a directory?

A file is taken once its ctime is `seconds` old: every write moves it, and unlike the mtime nobody can set it. Where the
ctime lies in the future (a clock that was set back) the file is observed instead.

A file that is gone counts as deleted once the directory's ctime is as old: each deletion in it moves that. Where a
directory never comes to rest, because files come and go all the time, its deletions wait `PATIENCE` times as long.

A file that never comes to rest, such as a log, is taken as it is every `FILE_PATIENCE` times as long: on a disk that is
thrown away it would else be lost, however long it has been there. It is read no further than it was then.
"""

import os
import time

from helix.core.pacing import Settling, has_settled, observe
from helix.core.trees import LocalState, parent_of

PATIENCE = 10
FILE_PATIENCE = 20


class Settler:
    """Knows for one pass where people are still at work, and when to look again."""

    def __init__(self, root: str, seconds: float) -> None:
        self._root = root
        self.seconds = seconds
        self.wake_in: float | None = None
        """Seconds until the first unsettled path of this pass can have settled."""
        self._observed: dict[str, Settling] = {}
        self._seen: dict[str, Settling] = {}
        self._grew: dict[str, float] = {}
        """Files that were still written when the last pass looked, and since when they are or were last taken."""
        self._growing: dict[str, float] = {}
        self._restless: set[str] = set()
        self._lost: dict[str, float] = {}
        """Directories in which people were deleting when the last pass looked, and since when (monotonic)."""
        self._losing: dict[str, float] = {}
        self._at_work: dict[str, bool] = {}

    def begin(self, seconds: float) -> None:
        """A new pass."""
        self.seconds = seconds
        self.wake_in = None
        self._observed, self._seen = self._seen, {}
        self._grew, self._growing = self._growing, {}
        self._restless.clear()
        self._lost, self._losing = self._losing, {}
        self._at_work = {}

    def taken(self) -> None:
        """The pass has done what there was to do: files that never rest wait anew."""
        self._growing |= dict.fromkeys(self._restless, time.monotonic())

    def unsettled(self, path: str, state: LocalState | None) -> bool:
        """Whether the file, or the deletion of what is gone (None), must wait."""
        if self.seconds <= 0:
            return False
        if state is None:
            return self._is_losing(parent_of(path))
        return self._is_growing(path, state)

    def _is_growing(self, path: str, state: LocalState) -> bool:
        try:
            age = self._age(path)
        except OSError:
            self._wake_in(self.seconds)
            return True
        if age >= self.seconds:
            return False
        now = time.monotonic()
        seen = observe(self._observed.get(path), state.size, state.mtime_ns, now)
        self._seen[path] = seen
        if has_settled(seen, now, self.seconds):
            return False
        since = self._growing[path] = self._grew.get(path, now)
        patience = since + FILE_PATIENCE * self.seconds - now
        if patience <= 0:
            self._restless.add(path)
            return False
        self._wake_in(min(self.seconds - max(age, 0.0), patience))
        return True

    def _is_losing(self, directory: str) -> bool:
        known = self._at_work.get(directory)
        if known is None:
            known = self._at_work[directory] = self._looks_at_work(directory)
        return known

    def _looks_at_work(self, directory: str) -> bool:
        """Whether something went in the directory a moment ago; if it is gone itself, its parent tells."""
        try:
            age = self._age(directory)
        except OSError:
            return not directory or self._is_losing(parent_of(directory))
        if age >= self.seconds:
            return False
        now = time.monotonic()
        since = self._losing[directory] = self._lost.get(directory, now)
        patience = since + PATIENCE * self.seconds - now
        if patience <= 0:
            return False
        self._wake_in(min(self.seconds - max(age, 0.0), patience))
        return True

    def _age(self, path: str) -> float:
        """Seconds since its ctime. Raises OSError."""
        return time.time() - os.lstat(f"{self._root}/{path}").st_ctime

    def _wake_in(self, seconds: float) -> None:
        self.wake_in = seconds if self.wake_in is None else min(self.wake_in, seconds)
