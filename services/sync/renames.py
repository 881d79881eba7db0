"""Which renames can't overwrite what somebody put there a moment ago?

`exclusive` moves to where nothing is, `exchange` swaps two names; both are one step of the kernel's, so whatever
another program does at the same time, no content is left without a name. Linux has `renameat2`, macOS `renameatx_np`;
each gives False where the system or the file system has no such rename, and the caller goes the longer way.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Callable

_AT_FDCWD = -2 if sys.platform == "darwin" else -100
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_Call = Callable[[int, bytes, int, bytes, int], int]


def exclusive(source: str, target: str, directory: int | None = None) -> bool:
    """Rename to where nothing is. Raises FileExistsError if something is there.

    Names are relative to the open `directory`, if one is given.
    """
    return _rename(source, target, _EXCLUSIVE, _AT_FDCWD if directory is None else directory)


def exchange(one: str, other: str) -> bool:
    """Swap what the two names stand for. Raises FileNotFoundError if one of them stands for nothing."""
    return _rename(one, other, _EXCHANGE)


def _rename(source: str, target: str, flag: int, at: int = _AT_FDCWD) -> bool:
    if _call is None:
        return False
    if _call(at, os.fsencode(source), at, os.fsencode(target), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), source, None, target)


def _system() -> tuple[_Call | None, int, int]:
    """Give this system's call with its flags for `exclusive` and `exchange`."""
    library = ctypes.CDLL(None, use_errno=True)
    # glibc 2.28; musl has no such function
    name, exclusive_flag, exchange_flag = (
        ("renameatx_np", 0x4, 0x2) if sys.platform == "darwin" else ("renameat2", 1, 2)
    )
    if not hasattr(library, name):
        return None, exclusive_flag, exchange_flag
    function = library[name]
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return function, exclusive_flag, exchange_flag


_call, _EXCLUSIVE, _EXCHANGE = _system()
