"""How does a local file become content at MEGA, without a node yet?

Pieces go up side by side, each read, encrypted and sent in one thread. What comes out is a token, which `p` turns into
a node in one step: until then nobody sees anything.
"""

from dataclasses import dataclass, field
from functools import partial

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.api import Api
from services.sync.remotes.mega.chunks import Segment, segments
from services.sync.remotes.mega.crypto import FileKey
from services.sync.remotes.mega.fingerprint import fingerprint
from services.sync.remotes.mega.parallel import side_by_side
from services.sync.remotes.mega.pieces import Expired, Pieces, Sent, macs_of, read
from services.sync.remotes.remote import Progress
from services.sync.remotes.source import Source

ADDRESSES = 3
"""So many times a new address is asked for when one becomes void."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Content that waits for its node."""

    token: str = field(repr=False)
    node_key: bytes = field(repr=False)
    fingerprint: str
    digest: str | None


async def send(api: Api, pieces: Pieces, source: Source, progress: Progress) -> Uploaded:
    """Send the whole content."""
    for _ in range(ADDRESSES):
        try:
            return await _send_to_one_address(api, pieces, source, progress)
        except Expired:
            continue
    raise Unreachable(f"MEGA's addresses for {source.path} were void {ADDRESSES} times")


async def matches(api: Api, source: Source, node_key: bytes) -> bool:
    """Whether the file's MAC is that of the node: a proof without a transfer."""
    key, mac = FileKey.unpack(node_key)
    jobs = [partial(api.move, _macs, source, key, segment) for segment in segments(source.size)]
    found = await side_by_side(jobs)
    return key.file_mac(one for macs in found for one in macs) == mac


async def _send_to_one_address(api: Api, pieces: Pieces, source: Source, progress: Progress) -> Uploaded:
    answer = await api.send({"a": "u", "s": source.size}, f"storing {source.path}")
    if not isinstance(answer, dict) or not isinstance(url := answer.get("p"), str):
        raise Unreachable("MEGA gave no address for an upload")
    key = FileKey.new()

    async def one(segment: Segment) -> Sent:
        sent = await api.move(pieces.send, url, source, key, segment)
        await progress(segment.size)
        return sent

    sent = await side_by_side([partial(one, segment) for segment in segments(source.size)])
    token = next((one.token for one in sent if one.token), None)
    if token is None:
        # a piece was lost although it was answered: MEGA does not say which
        raise Expired
    mac = key.file_mac(one for piece in sent for one in piece.macs) if source.size else bytes(8)
    sample = await api.move(_fingerprint, source)
    return Uploaded(token, key.pack(mac), sample, sent[0].digest)


def _fingerprint(source: Source) -> str:
    with source.open() as content:
        sample = fingerprint(content.read_at, source.size, source.mtime_ns // 10**9)
        content.check()
    return sample


def _macs(source: Source, key: FileKey, segment: Segment) -> tuple[bytes, ...]:
    return macs_of(key, read(source, segment), segment)
