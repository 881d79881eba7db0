"""What is the attribute `c`, by which MEGA's own apps know a file's mtime and sample its content?

Sixteen bytes of sparse CRCs, the length of the mtime, the mtime in seconds, little-endian. It is no check of integrity:
a change between the sampled windows does not show.
"""

import zlib
from collections.abc import Callable

from services.sync.remotes.mega.encoding import b64, unb64

SMALL = 16
WHOLE = 8192
WINDOW = 64
LANES = 4
PER_LANE = 32

ReadAt = Callable[[int, int], bytes]


def fingerprint(read_at: ReadAt, size: int, mtime: int) -> str:
    """The attribute of a file of this size; times before 1970 are written as 0."""
    seconds = max(mtime, 0)
    written = seconds.to_bytes((seconds.bit_length() + 7) // 8, "little")
    return b64(_sample(read_at, size) + bytes([len(written)]) + written)


def mtime_of(text: object) -> int | None:
    """The mtime in the attribute, if it can be read."""
    if not isinstance(text, str):
        return None
    try:
        raw = unb64(text)
    except ValueError:
        return None
    if len(raw) < 17 or raw[16] > 8 or len(raw) < 17 + raw[16]:
        return None
    return int.from_bytes(raw[17 : 17 + raw[16]], "little")


def _sample(read_at: ReadAt, size: int) -> bytes:
    if size <= WHOLE:
        content = read_at(0, size)
        if size <= SMALL:
            return content.ljust(SMALL, b"\0")
        parts = (content[part * size // LANES : (part + 1) * size // LANES] for part in range(LANES))
        return b"".join(zlib.crc32(part).to_bytes(4, "big") for part in parts)
    return b"".join(_lane(read_at, size, lane).to_bytes(4, "big") for lane in range(LANES))


def _lane(read_at: ReadAt, size: int, lane: int) -> int:
    crc = 0
    for window in range(lane * PER_LANE, (lane + 1) * PER_LANE):
        crc = zlib.crc32(read_at((size - WINDOW) * window // (LANES * PER_LANE - 1), WINDOW), crc)
    return crc
