"""What is the attribute `c`, by which MEGA's own apps know a file's mtime and sample its content?"""

import zlib

from tests.emulators.mega.codec import b64, unb64

SMALL = 16
WHOLE = 8192
WINDOW = 64
LANES = 4
WINDOWS_PER_LANE = 32


def fingerprint(data: bytes, mtime: int) -> str:
    """Four CRC words of the content, then the mtime in as few little-endian bytes as it takes."""
    seconds = mtime.to_bytes((mtime.bit_length() + 7) // 8, "little")
    return b64(_sample(data) + bytes([len(seconds)]) + seconds)


def mtime_of(text: str) -> int:
    """The mtime in a fingerprint."""
    raw = unb64(text)
    if len(raw) < 17 or len(raw) < 17 + raw[16]:
        raise ValueError("too short for a fingerprint")
    return int.from_bytes(raw[17 : 17 + raw[16]], "little")


def _sample(data: bytes) -> bytes:
    size = len(data)
    if size <= SMALL:
        return data.ljust(SMALL, b"\0")
    if size <= WHOLE:
        quarters = (data[i * size // LANES : (i + 1) * size // LANES] for i in range(LANES))
        return b"".join(zlib.crc32(quarter).to_bytes(4, "big") for quarter in quarters)
    words = []
    for lane in range(LANES):
        crc = 0
        for window in range(WINDOWS_PER_LANE):
            number = lane * WINDOWS_PER_LANE + window
            start = (size - WINDOW) * number // (LANES * WINDOWS_PER_LANE - 1)
            crc = zlib.crc32(data[start : start + WINDOW], crc)
        words.append(crc.to_bytes(4, "big"))
    return b"".join(words)
