"""How is a file on disk replaced, moved and kept so that a crash leaves the whole old or the whole new one?

Write to a temporary file in the same directory, fsync it, rename it, fsync the directory. All functions block:
call them in a thread. A parent that is a symlink is refused, so that no path ever leads out of the root.
"""

import contextlib
import errno
import os
import secrets
import shutil
import stat

from services.sync import renames
from services.sync.reserved import TEMPORARY_PREFIX


class Outside(OSError):
    """A parent of the path is a symlink or a file: writing there would leave the root or lose something."""


def full(root: str, path: str) -> str:
    """The path on disk of a path in the tree."""
    return f"{root}/{path}" if path else root


def temporary_for(target: str) -> str:
    """A new name in the directory of `target`; nothing is made."""
    return f"{os.path.dirname(target)}/{TEMPORARY_PREFIX}{secrets.token_hex(8)}"


def look(path: str) -> os.stat_result | None:
    """Stat without following; None if nothing is there."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def check_parents(root: str, path: str) -> None:
    """Raise `Outside` unless every existing parent of `path` below `root` is a real directory."""
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        parent = full(root, "/".join(parts[:depth]))
        seen = look(parent)
        if seen is None:
            return
        if not stat.S_ISDIR(seen.st_mode):
            raise Outside(errno.ENOTDIR, "a parent is not a directory", parent)


def is_inside(root: str, path: str) -> bool:
    """Whether every existing parent of `path` is a real directory; if not, nothing of ours can be there."""
    try:
        check_parents(root, path)
    except Outside:
        return False
    return True


def make_directories(root: str, path: str) -> None:
    """Make the directory and its missing parents, durably. Raises FileExistsError if a file is in the way."""
    check_parents(root, path + "/x")
    missing: list[str] = []
    while path and look(full(root, path)) is None:
        missing.append(path)
        path = path.rpartition("/")[0]
    for directory in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(full(root, directory))
        sync_directory(os.path.dirname(full(root, directory)))


def make_parents(root: str, path: str) -> None:
    """Make the missing parents of a path."""
    make_directories(root, path.rpartition("/")[0])


def sync_directory(directory: str) -> None:
    """Make names that were just made or renamed in it survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: str) -> None:
    """Make the content survive a power cut."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(temporary: str, target: str, kept: str | None = None) -> None:
    """Rename a written and fsynced temporary file over `target`, durably.

    With `kept`, where the content of `target` was made reachable: if somebody has replaced `target` since, what they
    wrote is found in the swap and kept beside it.
    """
    if kept is None or not renames.exchange(temporary, target):
        os.replace(temporary, target)
    elif not _same_content(temporary, kept):
        os.rename(temporary, f"{kept}~{secrets.token_hex(4)}")
        sync_directory(os.path.dirname(kept))
    else:
        os.unlink(temporary)
    sync_directory(os.path.dirname(target))


def put_where_nothing_is(source: str, target: str) -> None:
    """Rename a file or directory to where nothing may be; raises FileExistsError otherwise.

    Where the system has no rename for that, a file is linked, then unlinked, so that two who do it at once can't
    overwrite each other.
    """
    if not renames.exclusive(source, target):
        if stat.S_ISDIR(os.lstat(source).st_mode):
            _rename_checked(source, target)
        else:
            _link_then_unlink(source, target)
    for directory in {os.path.dirname(target), os.path.dirname(source)}:
        sync_directory(directory)


def move_within(directory: int, source: str, target: str) -> None:
    """The same for a file within one open directory; making it durable is left to the caller."""
    if not renames.exclusive(source, target, directory):
        _link_then_unlink(source, target, directory)


def keep_copy(path: str, kept: str) -> None:
    """Make the content reachable at `kept` too: a hard link, or a copy where links are not supported."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        temporary = temporary_for(kept)
        shutil.copy2(path, temporary, follow_symlinks=False)
        sync_file(temporary)
        os.rename(temporary, kept)
    sync_directory(os.path.dirname(kept))


def write_whole(target: str, content: bytes) -> None:
    """Replace a small file."""
    temporary = temporary_for(target)
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(temporary, target)
    except OSError:
        discard(temporary)
        raise


def discard(path: str) -> None:
    """Remove a temporary file, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _same_content(path: str, kept: str) -> bool:
    """Say whether `kept` is a link to the file at `path`, or a copy of it."""
    one, other = os.lstat(path), os.lstat(kept)
    linked = os.path.samestat(one, other)
    return linked or (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _link_then_unlink(source: str, target: str, directory: int | None = None) -> None:
    try:
        os.link(source, target, src_dir_fd=directory, dst_dir_fd=directory, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        _rename_checked(source, target, directory)
    else:
        os.unlink(source, dir_fd=directory)


def _rename_checked(source: str, target: str, directory: int | None = None) -> None:
    """Where the file system has no links, and for directories: look, then rename."""
    with contextlib.suppress(FileNotFoundError):
        os.stat(target, dir_fd=directory, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, "something is there", target)
    os.rename(source, target, src_dir_fd=directory, dst_dir_fd=directory)
