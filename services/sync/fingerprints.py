"""By what is a content known, and by what a file on a disk of this machine?

Imported by small processes too: nothing heavy is imported here.
"""

import os
import stat

from blake3 import blake3


def digest_of(content: bytes) -> str:
    """The digest (`blake3:…`) of a content."""
    return f"blake3:{blake3(content).hexdigest()}"


def etag_of(seen: os.stat_result) -> str:
    """What changes with any write through the file system; empty for a directory."""
    if stat.S_ISDIR(seen.st_mode):
        return ""
    return file_etag(seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_ctime_ns)


def file_etag(size: int, mtime_ns: int, inode: int, ctime_ns: int) -> str:
    """The etag of a file that looks so."""
    return f"{inode}-{size}-{mtime_ns}-{ctime_ns}"


def identity_of(etag: str) -> str:
    """What of an etag stays the same in a move: all but the ctime."""
    return etag.rpartition("-")[0]
