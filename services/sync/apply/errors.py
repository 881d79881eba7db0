"""What can go wrong on the local side, and what follows from it?"""

import errno

from helix.errors import HelixError


class LocalFailed(HelixError):
    """One path could not be done on the local side; the pass goes on."""


class LocalChanged(LocalFailed):
    """The path is not what was planned for: look again, re-plan."""


class LocalFull(HelixError):
    """The local disk is full or read-only: the pass stops and is tried again."""


def translate(error: OSError, path: str) -> LocalFailed | LocalFull:
    """The one border to the operating system's errors on the local side."""
    what = f"{path}: {error.strerror or error}"
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EROFS:
            return LocalFull(
                what, remedy="free some space on the volume of the local folder; nothing is lost meanwhile"
            )
        case errno.ENOENT | errno.EEXIST | errno.ENOTDIR | errno.EISDIR | errno.ELOOP:
            return LocalChanged(what)
        case errno.ENOTEMPTY:
            return LocalFailed(
                what, remedy="look what is in the directory: Helix leaves symlinks and ignored files alone"
            )
        case errno.ENAMETOOLONG | errno.EINVAL | errno.EILSEQ:
            return LocalFailed(what, remedy="rename the file on the remote: this file system can't store the name")
        case _:
            return LocalFailed(what, remedy="correct the permissions of the local folder")
