"""How are gateway frames put on the wire: as text, or in one zlib or zstd stream per connection?"""

import zlib
from typing import Protocol

from backports import zstd


class Encoder(Protocol):
    """Turns one JSON text into one WebSocket message (text or bytes)."""

    def encode(self, text: str) -> str | bytes: ...


class Plain:
    """Text frames."""

    def encode(self, text: str) -> str | bytes:
        return text


class ZlibStream:
    """One zlib context for the connection; each message ends with a sync flush (00 00 ff ff)."""

    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def encode(self, text: str) -> str | bytes:
        return self._context.compress(text.encode()) + self._context.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """One zstd context for the connection; each message ends with a flushed block."""

    def __init__(self) -> None:
        self._context = zstd.ZstdCompressor()

    def encode(self, text: str) -> str | bytes:
        return self._context.compress(text.encode(), mode=zstd.ZstdCompressor.FLUSH_BLOCK)


def encoder_for(compress: str | None) -> Encoder:
    """The encoder that a connection's ``compress`` parameter asks for."""
    match compress:
        case "zlib-stream":
            return ZlibStream()
        case "zstd-stream":
            return ZstdStream()
        case _:
            return Plain()
