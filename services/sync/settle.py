"""Is a local file finished, or still being written?

A file is taken once its ctime is `seconds` old: every write moves it, and unlike the mtime nobody can set it. Where the
ctime lies in the future (a clock that was set back) the file is observed instead.
"""

import os
import time

from helix.core.pacing import Settling, has_settled, observe
from helix.core.trees import LocalState


class Settler:
    """Knows for one pass which files still move, and when to look again."""

    def __init__(self, root: str, seconds: float) -> None:
        self._root = root
        self.seconds = seconds
        self.wake_in: float | None = None
        """Seconds until the first unsettled file of this pass can have settled."""
        self._observed: dict[str, Settling] = {}
        self._seen: dict[str, Settling] = {}

    def begin(self, seconds: float) -> None:
        """A new pass."""
        self.seconds = seconds
        self.wake_in = None
        self._observed, self._seen = self._seen, {}

    def unsettled(self, path: str, state: LocalState) -> bool:
        """Whether the file must wait."""
        if self.seconds <= 0:
            return False
        try:
            age = time.time() - os.lstat(f"{self._root}/{path}").st_ctime
        except OSError:
            return True
        if age >= self.seconds:
            return False
        now = time.monotonic()
        seen = observe(self._observed.get(path), state.size, state.mtime_ns, now)
        self._seen[path] = seen
        if has_settled(seen, now, self.seconds):
            return False
        left = min(self.seconds - max(age, 0.0), self.seconds)
        self.wake_in = left if self.wake_in is None else min(self.wake_in, left)
        return True
