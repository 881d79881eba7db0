"""How does content come in (chunk POSTs) and go out (ranges)?"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from tests.emulators.mega import crypto
from tests.emulators.mega.errors import Code
from tests.emulators.mega.faults import Cut, Fault, Stall, Tamper
from tests.emulators.mega.pacing import Line
from tests.emulators.mega.record import Request
from tests.emulators.mega.replies import CutoffError, cut, disturb
from tests.emulators.mega.spool import Download, Upload
from tests.emulators.mega.world import World

BLOCK = 1 << 18
TIME_LEFT = "X-MEGA-Time-Left"


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end` (exclusive) of a download."""

    start: int
    end: int
    partial: bool


class Transfers:
    """The two content endpoints."""

    def __init__(self, world: World, line: Line) -> None:
        self._world = world
        self._line = line

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """One chunk, at any offset, as often as the client likes; the last answer is the file's token."""
        arrived, offset = time.monotonic(), int(request.match_info.get("offset") or 0)
        faults = self._world.faults.strike("upload")
        size = 0
        try:
            if (response := await _first(faults, after=False)) is None:
                upload = self._world.uploads.get(request.match_info["name"])
                refused, size = await self._receive(request, upload, offset)
                done = upload.answer if upload is not None and upload.whole and not refused else b""
                late = await _first(faults, after=True)
                response = late or (refused if refused is not None else web.Response(body=done))
        except CutoffError:
            self._note(arrived, "upload", offset, size, 0)
            return cut(request)
        self._note(arrived, "upload", offset, size, response.status)
        return response

    async def _receive(
        self, request: web.Request, upload: Upload | None, offset: int
    ) -> tuple[web.Response | None, int]:
        if upload is None or upload.expired:
            return self._expired(), 0
        length = request.content_length or 0
        if offset + length > upload.size or not self._fits(upload, offset, length):
            return web.Response(text=str(int(Code.ERANGE))), 0
        size = 0
        async for block in request.content.iter_any():
            self._world.spool.write(upload.at + offset + size, block)
            size += len(block)
            await self._line.carry("up", len(block))
        upload.take(offset, offset + size)
        return None, size

    def _fits(self, upload: Upload, offset: int, length: int) -> bool:
        if not self._world.assume.chunk_boundaries or not length:
            return True
        bounds = list(crypto.chunk_bounds(upload.size))
        return offset in {start for start, _ in bounds} and offset + length in {end for _, end in bounds}

    def _expired(self) -> web.Response:
        status = self._world.assume.expired_status
        text = str(int(Code.EEXPIRED)) if status == HTTPStatus.OK else ""
        return web.Response(status=status, text=text)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A whole file, `/<first>-<last>` of it, or what a Range header names."""
        arrived, span, status = time.monotonic(), Span(0, 0, partial=False), 0
        faults = self._world.faults.strike("download")
        try:
            response: web.StreamResponse | None
            response = await _first([f for f in faults if not isinstance(f.effect, Stall)], after=False)
            if response is None:
                source, span, response = self._open(request)
                if response is None:
                    response = await self._send(request, source, span, faults)
            status = response.status
        except (CutoffError, ConnectionError):
            return cut(request)
        finally:
            self._note(arrived, "download", span.start, span.end - span.start, status)
        return response

    def _open(self, request: web.Request) -> tuple[Download, Span, web.Response | None]:
        """What to send of what, or the answer that refuses it."""
        nothing = Span(0, 0, partial=False)
        source = self._world.downloads.get(request.match_info["name"], Download(0, 0, expired=True))
        if source.expired:
            status = self._world.assume.expired_status
            return source, nothing, web.Response(status=HTTPStatus.FORBIDDEN if status == HTTPStatus.OK else status)
        span = _span(request, source.size)
        if span is None:
            return source, nothing, web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        if not self._pay(span):
            left = {TIME_LEFT: str(self._world.limits.transfer_wait)}
            return source, nothing, web.Response(status=509, headers=left)
        return source, span, None

    def _pay(self, span: Span) -> bool:
        limits = self._world.limits
        if limits.transfer_quota is None:
            return True
        if limits.transfer_quota < span.end - span.start:
            return False
        limits.transfer_quota -= span.end - span.start
        return True

    async def _send(
        self, request: web.Request, source: Download, span: Span, faults: Sequence[Fault]
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=206 if span.partial else 200)
        response.content_length = span.end - span.start
        response.content_type = "application/octet-stream"
        if span.partial:
            response.headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{source.size}"
        await response.prepare(request)
        at = span.start
        while at < span.end:
            block = self._world.spool.read(source.at + at, min(BLOCK, span.end - at))
            for fault in faults:
                block = await _spoil(fault, block, at)
            await self._line.carry("down", len(block))
            await response.write(block)
            at += len(block)
        await response.write_eof()
        return response

    def _note(self, arrived: float, endpoint: str, offset: int, size: int, status: int) -> None:
        self._world.record.requests.append(Request(arrived, endpoint, offset=offset, size=size, status=status))


async def _first(faults: Sequence[Fault], *, after: bool) -> web.Response | None:
    for fault in faults:
        if fault.after == after and (response := await disturb(fault.effect)) is not None:
            return response
    return None


async def _spoil(fault: Fault, block: bytes, at: int) -> bytes:
    """What a fault makes of the block that begins at byte `at` of the file."""
    end = at + len(block)
    match fault.effect:
        case Cut(where) if where <= at:
            raise CutoffError
        case Cut(where) if where < end:
            return block[: where - at]
        case Tamper(where) if at <= where < end:
            spoiled = bytearray(block)
            spoiled[where - at] ^= 1
            return bytes(spoiled)
        case Stall() if at <= fault.effect.at < end:
            await disturb(fault.effect)
    return block


def _span(request: web.Request, size: int) -> Span | None:
    """The bytes asked for; None if there are no such bytes."""
    tail = request.match_info.get("range", "")
    if not tail:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if not found:
            return Span(0, size, partial=False)
        start, last = int(found[1]), int(found[2]) if found[2] else size - 1
        return Span(start, min(last + 1, size), partial=True) if start < size and last >= start else None
    first, _, last_text = tail.partition("-")
    start, end = int(first), min(int(last_text) + 1 if last_text else size, size)
    return Span(start, end, partial=False) if start <= end else None
