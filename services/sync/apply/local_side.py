"""How is one path of the local folder changed safely?

Every function looks again right before its act and refuses what is not as planned. What would be lost goes to
`.helix/trash/<pass>/` in the folder. All functions block: call them in a thread.
"""

import asyncio
import errno
import os
import shutil
import stat
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from helix.core.names import conflict_names
from helix.core.trees import Kind, LocalState
from services.sync import files
from services.sync.apply.errors import LocalChanged, translate
from services.sync.gather import local_state
from services.sync.remotes.source import Source
from services.sync.reserved import TRASH

P = ParamSpec("P")
T = TypeVar("T")


class LocalSide:
    """The local folder during one pass; `stamp` names the pass's directory in the trash."""

    def __init__(self, root: str, stamp: str) -> None:
        self.root = root
        self.stamp = stamp

    def check(self, path: str, expected: LocalState | None) -> int:
        """Raise `LocalChanged` unless the path is as planned; gives its ctime."""
        files.check_parents(self.root, path)
        return compare(path, files.look(self.full(path)), expected)

    def full(self, path: str) -> str:
        """The path on disk."""
        return files.full(self.root, path)

    def source(self, path: str, state: LocalState) -> Source:
        """The file as planned, to be read."""
        return Source(self.full(path), state.size, state.mtime_ns)

    def temporary(self, path: str) -> str:
        """A place to download to; the parents are made."""
        files.make_parents(self.root, path)
        return files.temporary_for(self.full(path))

    def take(self, temporary: str, path: str, expected: LocalState | None, mtime_ns: int | None) -> str | None:
        """Put a downloaded file in place; gives where the replaced content is kept, if there was one."""
        target = self.full(path)
        if expected is not None:
            shutil.copymode(target, temporary, follow_symlinks=False)
        if mtime_ns is not None:
            os.utime(temporary, ns=(mtime_ns, mtime_ns))
        files.sync_file(temporary)
        self.check(path, expected)
        if expected is None:
            files.put_where_nothing_is(temporary, target)
            return None
        kept = self._room_in_trash(path)
        files.keep_copy(target, self.full(kept))
        self.check(path, expected)
        files.put_in_place(temporary, target, self.full(kept))
        return kept

    def trash(self, path: str, expected: LocalState) -> str:
        """Move a file to the trash; gives where it is kept."""
        self.check(path, expected)
        kept = self._room_in_trash(path)
        self._move_expected(path, kept, expected)
        return kept

    def move(self, path: str, to: str, expected: LocalState) -> LocalState:
        """Rename to where nothing is; gives the state there."""
        self.check(path, expected)
        files.make_parents(self.root, to)
        files.check_parents(self.root, to)
        self._move_expected(path, to, expected)
        return self.state(to)

    def make_directory(self, path: str) -> LocalState:
        """Make a directory; one that is there is fine."""
        files.make_directories(self.root, path)
        state = self.state(path)
        if state.kind is not Kind.DIRECTORY:
            raise LocalChanged(f"{path} is a file now")
        return state

    def remove_directory(self, path: str) -> None:
        """Remove an empty directory."""
        files.check_parents(self.root, path)
        target = self.full(path)
        try:
            os.rmdir(target)
        except FileNotFoundError:
            return
        files.sync_directory(os.path.dirname(target))

    def ctime(self, path: str) -> int:
        """The file's ctime, 0 for anything else. To be asked before the content is read."""
        return _ctime(files.look(self.full(path)))

    def now(self, path: str) -> LocalState | None:
        """What is there; None if there is nothing of ours."""
        return local_state(files.look(self.full(path)))

    def state(self, path: str) -> LocalState:
        """What is there now, right after an act."""
        seen = self.now(path)
        if seen is None:
            raise LocalChanged(f"{path} vanished")
        return seen

    def copy_aside(self, path: str, state: LocalState, digest: str) -> str:
        """Copy a content to its conflict name beside the path; gives the name. A copy that is there is reused."""
        for name in conflict_names(path, digest):
            there = self.now(name)
            if there is None:
                self._copy(self.source(path, state), name)
                return name
            if there.kind is Kind.FILE and Source.of(self.full(name)).digest() == digest:
                return name
        raise LocalChanged(f"{path}: every conflict name is taken")

    def _copy(self, source: Source, to: str) -> None:
        temporary = files.temporary_for(self.full(to))
        try:
            with source.open() as content, open(temporary, "xb") as writer:
                for piece in content.chunks():
                    writer.write(piece)
                content.check()
            os.utime(temporary, ns=(source.mtime_ns, source.mtime_ns))
            files.sync_file(temporary)
            files.put_where_nothing_is(temporary, self.full(to))
        finally:
            files.discard(temporary)

    def _move_expected(self, path: str, to: str, expected: LocalState) -> None:
        """Move, then see that it was the expected file: somebody may replace it between the look and the rename."""
        files.put_where_nothing_is(self.full(path), self.full(to))
        moved = self.state(to)
        if expected.inode is None:
            moved = moved._replace(inode=None)
        if moved.kind is not expected.kind or (moved.kind is Kind.FILE and moved[:4] != expected[:4]):
            files.put_where_nothing_is(self.full(to), self.full(path))
            raise LocalChanged(f"{path} changed")

    def _room_in_trash(self, path: str) -> str:
        """A free path in the trash of this pass."""
        for number in range(1, 1000):
            kept = f"{TRASH}/{self.stamp}{f'.{number}' if number > 1 else ''}/{path}"
            if files.look(self.full(kept)) is None:
                files.make_parents(self.root, kept)
                return kept
        raise OSError(errno.EEXIST, "the trash is full of this path")


def compare(path: str, seen: os.stat_result | None, expected: LocalState | None) -> int:
    """Raise `LocalChanged` unless what was just seen at a path is as planned; gives its ctime."""
    state = local_state(seen)
    if state is not None and expected is not None:
        if state.kind is expected.kind is Kind.DIRECTORY:
            return 0
        if expected.inode is None:
            state = state._replace(inode=None)
    if (state and state[:4]) != (expected and expected[:4]):
        raise LocalChanged(f"{path} changed since the scan")
    if state is None and seen is not None:
        raise LocalChanged(f"{path}: something that is not synced is in the way")
    return _ctime(seen)


def _ctime(seen: os.stat_result | None) -> int:
    return seen.st_ctime_ns if seen is not None and stat.S_ISREG(seen.st_mode) else 0


async def threaded(path: str, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run in a thread and translate the operating system's errors."""
    with translated(path):
        return await asyncio.to_thread(act, *args, **kwargs)


class translated:  # noqa: N801 - reads like a verb, as contextlib's own
    """Turns OSErrors about a path into ours. A class: a generator takes thrice the time, for each small file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        """Translate."""
        if isinstance(error, OSError):
            raise translate(error, self._path) from error
