"""How does a node's content come back, proven to be what was stored?

Ranges are fetched side by side and taken in order, so that the digest is made on the way; a range that fails is fetched
again by itself, at a new address if need be. The MAC of the whole is compared before success is said.
"""

import os
from collections.abc import Awaitable, Callable
from functools import partial

from blake3 import blake3

from services.sync.remotes.errors import Corrupt, Unreachable
from services.sync.remotes.mega.api import Api
from services.sync.remotes.mega.chunks import Segment, segments
from services.sync.remotes.mega.crypto import FileKey
from services.sync.remotes.mega.nodes import Node
from services.sync.remotes.mega.parallel import in_order
from services.sync.remotes.mega.pieces import Expired, Fetched, Pieces, write_at
from services.sync.remotes.remote import Progress

ADDRESSES = 3

Take = Callable[[bytes, int], Awaitable[None]]


async def download(api: Api, pieces: Pieces, node: Node, target: str, progress: Progress) -> str:
    """Write the content to the new file `target`, with its mtime; give the digest."""
    try:
        await api.move(_create, target)
        try:
            digest = await _write(api, pieces, node, target, progress)
        except Corrupt:
            # damaged on the way or at rest? Only a second look tells
            digest = await _write(api, pieces, node, target, progress)
        if node.mtime is not None:
            os.utime(target, (node.mtime, node.mtime))
    except OSError as error:
        remedy = "free some room on this disk or correct its permissions"
        raise Unreachable(f"{target} can't be written: {error.strerror}", remedy=remedy) from error
    return digest


async def digest_of(api: Api, pieces: Pieces, node: Node, progress: Progress) -> str:
    """The digest of the content, without keeping it."""
    hasher = blake3()

    async def take(plain: bytes, _offset: int) -> None:
        await api.move(hasher.update, plain)

    await _content(api, pieces, node, take, progress)
    return f"blake3:{hasher.hexdigest()}"


async def _write(api: Api, pieces: Pieces, node: Node, target: str, progress: Progress) -> str:
    hasher = blake3()

    async def take(plain: bytes, offset: int) -> None:
        await api.move(write_at, target, plain, offset, hasher)

    await _content(api, pieces, node, take, progress)
    return f"blake3:{hasher.hexdigest()}"


async def _content(api: Api, pieces: Pieces, node: Node, take: Take, progress: Progress) -> None:
    """Fetch all pieces, hand them over in order, then check the MAC."""
    if node.size == 0:
        # clients disagree on the MAC of nothing, and there is nothing to check
        return
    key, mac = FileKey.unpack(node.key)
    address = _Address(api, node)
    macs: list[bytes] = []
    jobs = (partial(_fetch, api, pieces, address, key, segment) for segment in segments(node.size))
    async for piece in in_order(jobs):
        macs += piece.macs
        await take(piece.plain, piece.segment.start)
        await progress(piece.segment.size)
    if key.file_mac(macs) != mac:
        raise Corrupt(f"the content of {node.name} at MEGA does not match its MAC")


async def _fetch(api: Api, pieces: Pieces, address: "_Address", key: FileKey, segment: Segment) -> Fetched:
    for _ in range(ADDRESSES):
        url = await address.get()
        try:
            return await api.move(pieces.fetch, url, key, segment)
        except Expired:
            address.void(url)
    raise Unreachable(f"MEGA's addresses for a download were void {ADDRESSES} times")


class _Address:
    """The address of a node's content, asked for once, and again when it has become void."""

    def __init__(self, api: Api, node: Node) -> None:
        self._api = api
        self._node = node
        self._void: set[str] = set()
        self._url = ""

    async def get(self) -> str:
        if not self._url or self._url in self._void:
            answer = await self._api.send({"a": "g", "g": 1, "n": self._node.handle}, f"fetching {self._node.name}")
            if not isinstance(answer, dict) or not isinstance(url := answer.get("g"), str):
                raise Unreachable("MEGA gave no address for a download")
            if answer.get("s") != self._node.size:
                raise Corrupt(f"{self._node.name} has another size at MEGA than its node says")
            self._url = url
        return self._url

    def void(self, url: str) -> None:
        self._void.add(url)


def _create(target: str) -> None:
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
