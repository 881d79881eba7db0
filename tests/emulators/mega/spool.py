"""Where does uploaded content lie, and when is an upload whole?"""

import bisect
import os
import secrets
import tempfile
from dataclasses import dataclass, field

from tests.emulators.mega.codec import b64

TOKEN_BYTES = 36


class Spool:
    """One unlinked temporary file for everything; space is not reclaimed while the server lives."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="mega-spool-")  # noqa: SIM115 - lives as long as the server
        self._end = 0

    def reserve(self, size: int) -> int:
        """Where `size` bytes may be written."""
        at = self._end
        self._end += size
        return at

    def write(self, at: int, data: bytes) -> None:
        """Writes inside a reserved range."""
        os.pwrite(self._file.fileno(), data, at)

    def read(self, at: int, size: int) -> bytes:
        """Reads inside a reserved range."""
        return os.pread(self._file.fileno(), size, at) if size else b""

    def store(self, data: bytes) -> int:
        """Reserves and writes."""
        at = self.reserve(len(data))
        self.write(at, data)
        return at

    def close(self) -> None:
        """Gives the disk space back."""
        self._file.close()


@dataclass(slots=True)
class Upload:
    """What `u` opened: an address for chunks, in any order and as often as the client likes."""

    size: int
    at: int
    raw_token: bool
    """v >= 2: the last chunk is answered with raw bytes, else with text that is used as it is."""
    owner: str
    expired: bool = False
    used: bool = False
    token: bytes = field(default_factory=lambda: secrets.token_bytes(TOKEN_BYTES))
    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def take(self, start: int, end: int) -> None:
        """Remembers that this range has arrived."""
        low = bisect.bisect_left(self._ends, start)
        high = bisect.bisect_right(self._starts, end)
        if low < high:
            start = min(start, self._starts[low])
            end = max(end, self._ends[high - 1])
        self._starts[low:high] = [start]
        self._ends[low:high] = [end]

    @property
    def whole(self) -> bool:
        """Has every byte arrived? An empty file needs its one empty POST."""
        return self._starts == [0] and self._ends == [self.size]

    @property
    def answer(self) -> bytes:
        """What the last chunk is answered with."""
        return self.token if self.raw_token else self.token_text.encode()

    @property
    def token_text(self) -> str:
        """The token as it comes back in `p`."""
        return b64(self.token)


@dataclass(slots=True)
class Download:
    """What `g` opened."""

    at: int
    size: int
    expired: bool = False
