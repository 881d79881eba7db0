"""Where does MEGA cut a file?

MAC chunks grow from 128 KiB to 1 MiB by 128 KiB and then stay. A segment is what one request carries: a run of whole
chunks, so that it can be checked, sent again and resumed by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

STEP = 128 * 1024
LARGEST = 1024 * 1024
SEGMENT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes `start` to `end` (exclusive) of a file, and the chunks in them."""

    start: int
    end: int
    chunks: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.end - self.start


def chunks(size: int) -> Iterator[tuple[int, int]]:
    """Start and end of each chunk; none for an empty file."""
    start, length = 0, STEP
    while start < size:
        end = min(start + length, size)
        yield start, end
        start, length = end, min(length + STEP, LARGEST)


def segments(size: int) -> list[Segment]:
    """The file in requests; an empty file is one empty request."""
    found: list[Segment] = []
    held: list[tuple[int, int]] = []
    for chunk in chunks(size):
        held.append(chunk)
        if chunk[1] - held[0][0] >= SEGMENT:
            found.append(Segment(held[0][0], chunk[1], tuple(held)))
            held = []
    if held or not found:
        found.append(Segment(held[0][0] if held else 0, size, tuple(held)))
    return found
