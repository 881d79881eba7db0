"""Can one call make everything durable that was just written to a file system?

`syncfs` can, and costs about as much as one `fsync`, so that a thousand small files share it. It is believed only where
it promises as much as an `fsync` of each file: on file systems that are known to write everything out and to tell of
what could not be written (Linux 5.8 and later). A network or FUSE file system may keep data at its other end, and an
overlay does not pass errors on: there each file is flushed by itself.
"""

import ctypes
import errno
import os
import re
from collections.abc import Callable

_TRUSTED = {
    0xEF53,  # ext2, ext3, ext4
    0x58465342,  # XFS
    0x9123683E,  # btrfs
    0x01021994,  # tmpfs
}
_TELLS_ERRORS = (5, 8)
_STATFS_BYTES = 512
"""More than any system's `struct statfs`; its first member is the type, a long."""
_Sync = Callable[[int], int]
_Ask = Callable[[int, "ctypes.Array[ctypes.c_char]"], int]


def is_trusted(descriptor: int) -> bool:
    """Whether `flush` is as good as an fsync of each file on the file system of this open file."""
    if _syncfs is None or _fstatfs is None:
        return False
    buffer = ctypes.create_string_buffer(_STATFS_BYTES)
    if _fstatfs(descriptor, buffer) != 0:
        return False
    return ctypes.c_ulong.from_buffer(buffer).value & 0xFFFFFFFF in _TRUSTED


def flush(descriptor: int) -> None:
    """Make all that was written so far to the file system of this open file survive a power cut.

    Raises OSError if something could not be written since the descriptor was opened, whoever wrote it, and where the
    system has no such call.
    """
    number = errno.ENOSYS if _syncfs is None else 0
    if _syncfs is not None and _syncfs(descriptor) != 0:
        number = ctypes.get_errno()
    if number:
        raise OSError(number, os.strerror(number))


def _system() -> tuple[_Sync | None, _Ask | None]:
    """Give the two calls, or None where the system lacks them or keeps errors to itself."""
    library = ctypes.CDLL(None, use_errno=True)
    release = re.match(r"(\d+)\.(\d+)", os.uname().release)
    if not hasattr(library, "syncfs") or release is None or tuple(map(int, release.groups())) < _TELLS_ERRORS:
        return None, None
    return library.syncfs, library.fstatfs


_syncfs, _fstatfs = _system()
