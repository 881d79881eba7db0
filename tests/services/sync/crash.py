"""How does a process die at exactly the k-th touch of the world?

`Fate` stands before and after every call that touches the disk, the remote or the journal. At the chosen moment it
raises `Crash`, and from then on everything else raises it too: a dead process cleans nothing up.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.sync import files, flushing
from services.sync.journal.journal import Journal
from services.sync.open_tree import OpenTree
from services.sync.remotes.memory import Moment

DISK = (
    "make_directories",
    "put_in_place",
    "put_where_nothing_is",
    "keep_copy",
    "write_whole",
    "discard",
    "sync_file",
)
TOGETHER = ("write", "put", "make_directory", "_discard")


class Crash(BaseException):
    """The process is gone."""


class Fate:
    """Counts touches; crashes at touch `at` (before it has effect, or after)."""

    def __init__(self, at: int | None = None, moment: Moment = Moment.BEFORE) -> None:
        self.at = at
        self.moment = moment
        self.touches = 0
        self.dead = False

    def before(self) -> None:
        """A touch begins."""
        self._die_if(self.dead)
        self.touches += 1
        self._die_if(self.touches == self.at and self.moment is Moment.BEFORE)

    def after(self) -> None:
        """A touch has had its effect."""
        self._die_if(self.dead or (self.touches == self.at and self.moment is Moment.AFTER))

    def ask(self) -> None:
        """A question: no touch, but the dead ask none."""
        self._die_if(self.dead)

    def _die_if(self, doomed: bool) -> None:
        if doomed:
            self.dead = True
            raise Crash

    def remote(self, operation: str, _path: str, moment: Moment) -> None:
        """As the faults of a remote in memory; questions have no effect and are no touches."""
        if operation in ("stat", "listing", "quota", "connect", "digest"):
            self.ask()
        elif moment is Moment.BEFORE:
            self.before()
        else:
            self.after()

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Stand around the disk and the journal. Fsync is left out: this is about order, not about power cuts."""
        for name in DISK:
            patch.setattr(files, name, self.around(getattr(files, name)))
        for name in TOGETHER:
            patch.setattr(OpenTree, name, self.around(getattr(OpenTree, name)))
        for name in ("rmdir", "rename"):
            patch.setattr(os, name, self.around(getattr(os, name)))
        patch.setattr(Journal, "commit", self.around(Journal.commit))
        patch.setattr(os, "fsync", lambda _descriptor: None)
        patch.setattr(flushing, "flush", lambda _descriptor: None)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The act as a touch."""

        def touched(*args: Any, **kwargs: Any) -> Any:
            self.before()
            result = act(*args, **kwargs)
            self.after()
            return result

        return touched

    def around_awaited(self, act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The act of a coroutine as a touch."""

        async def touched(*args: Any, **kwargs: Any) -> Any:
            self.before()
            result = await act(*args, **kwargs)
            self.after()
            return result

        return touched
