"""How is one piece of content sent or fetched? Blocking; runs in a thread from the disk to the network.

A piece is repeated by itself: MEGA takes the same bytes twice, and a range can be fetched again.
"""

import itertools
import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from blake3 import blake3

from helix.core.pacing import Backoff
from services.sync.remotes.errors import RemoteError, Unreachable
from services.sync.remotes.mega.channel import REPEATED_STATUS
from services.sync.remotes.mega.chunks import Segment
from services.sync.remotes.mega.codes import PASSING, of_code, of_status
from services.sync.remotes.mega.crypto import FileKey
from services.sync.remotes.mega.transport import Answer, Transport
from services.sync.remotes.source import Source

T = TypeVar("T")

_NUMBER = re.compile(r"-\d{1,3}")
_VOID_CODES = frozenset({-5, -8, -9})
_VOID_STATUS = frozenset({403, 404})


class Expired(Exception):
    """The transfer's address is void; a new one helps."""


class _Passing(Exception):
    """Worth another try; carries what to say if that does not help either."""

    def __init__(self, error: RemoteError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending one piece gave."""

    macs: tuple[bytes, ...]
    token: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One piece in plain."""

    segment: Segment
    plain: bytes
    macs: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Sends and fetches pieces with some patience."""

    transport: Transport
    patience: Backoff

    def send(self, url: str, source: Source, key: FileKey, segment: Segment) -> Sent:
        """Read, encrypt and POST; `token` is what MEGA gives once the file is whole."""
        plain = read(source, segment)
        macs = macs_of(key, plain, segment)
        sealed = key.crypt(plain, segment.start)
        answer = self._patiently(lambda: _accepted(self.transport.post(f"{url}/{segment.start}", sealed)))
        digest = f"blake3:{blake3(plain).hexdigest()}" if segment.size == source.size else None
        return Sent(macs, answer, digest)

    def fetch(self, url: str, key: FileKey, segment: Segment) -> Fetched:
        """GET and decrypt one range."""
        address = f"{url}/{segment.start}-{segment.end - 1}"
        body = self._patiently(lambda: _complete(self.transport.get(address, segment.size), segment))
        plain = key.crypt(body, segment.start)
        return Fetched(segment, plain, macs_of(key, plain, segment))

    def _patiently(self, work: Callable[[], T]) -> T:
        for failures in itertools.count(1):
            try:
                return work()
            except _Passing as passing:
                error: RemoteError = passing.error
            except Unreachable as unreachable:
                error = unreachable
            pause = self.patience.wait(failures, random.random)
            if pause is None:
                raise error
            self.transport.pause(pause)
        raise AssertionError("the loop above ends by itself")


def read(source: Source, segment: Segment) -> bytes:
    """The plain bytes; raises `SourceChanged` if the file is, or becomes, another one."""
    with source.open() as content:
        plain = content.read_at(segment.start, segment.size)
        content.check()
    return plain


def macs_of(key: FileKey, plain: bytes, segment: Segment) -> tuple[bytes, ...]:
    """The MAC of each chunk in the piece."""
    view = memoryview(plain)
    at = segment.start
    return tuple(key.chunk_mac(view[start - at : end - at]) for start, end in segment.chunks)


def write_at(target: str, plain: bytes, offset: int, hasher: blake3) -> None:
    """Put a piece into the target and the digest; opened each time, so that a cancelled download holds nothing."""
    hasher.update(plain)
    descriptor = os.open(target, os.O_WRONLY | os.O_CLOEXEC)
    try:
        view = memoryview(plain)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written
    finally:
        os.close(descriptor)


def _accepted(answer: Answer) -> str:
    """The upload's token, or nothing while pieces are missing."""
    what = "sending content to MEGA"
    _check_status(answer, what)
    text = answer.text.strip()
    if not _NUMBER.fullmatch(text):
        return text
    code = int(text)
    if code in _VOID_CODES:
        raise Expired
    if code in PASSING:
        raise _Passing(of_code(code, what))
    raise of_code(code, what)


def _complete(answer: Answer, segment: Segment) -> bytearray:
    _check_status(answer, "fetching content from MEGA")
    if len(answer.body) != segment.size:
        raise _Passing(Unreachable("MEGA sent less than was asked for"))
    return answer.body


def _check_status(answer: Answer, what: str) -> None:
    if answer.status in _VOID_STATUS:
        raise Expired
    if answer.status in REPEATED_STATUS:
        raise _Passing(of_status(answer.status, what, wait=answer.wait))
    if answer.status not in (200, 206):
        raise of_status(answer.status, what, wait=answer.wait)
