"""Which renames can't overwrite what somebody put there a moment ago?

`exclusive` moves to where nothing is, `exchange` swaps two names; both are one step of the kernel's, so whatever
another program does at the same time, no content is left without a name. Linux has `renameat2`, macOS `renamex_np`;
each gives False where the system or the file system has no such rename, and the caller goes the longer way.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Callable

_AT_FDCWD = -100
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_Call = Callable[[bytes, bytes, int], int]


def exclusive(source: str, target: str) -> bool:
    """Rename to where nothing is. Raises FileExistsError if something is there."""
    return _rename(source, target, _EXCLUSIVE)


def exchange(one: str, other: str) -> bool:
    """Swap what the two names stand for. Raises FileNotFoundError if one of them stands for nothing."""
    return _rename(one, other, _EXCHANGE)


def _rename(source: str, target: str, flag: int) -> bool:
    if _call is None:
        return False
    if _call(os.fsencode(source), os.fsencode(target), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), source, None, target)


def _renameat2(library: ctypes.CDLL) -> _Call:
    function = library.renameat2
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return lambda source, target, flag: int(function(_AT_FDCWD, source, _AT_FDCWD, target, flag))


def _renamex_np(library: ctypes.CDLL) -> _Call:
    function = library.renamex_np
    function.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint]
    return lambda source, target, flag: int(function(source, target, flag))


def _system() -> tuple[_Call | None, int, int]:
    """Give this system's call with its flags for `exclusive` and `exchange`."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        return _renamex_np(library), 0x4, 0x2
    # glibc 2.28; musl has no such function
    return (_renameat2(library) if hasattr(library, "renameat2") else None), 0x1, 0x2


_call, _EXCLUSIVE, _EXCHANGE = _system()
