"""How do bytes get to MEGA and back?

`requests` in threads, not aiohttp: encryption has to run in threads anyway, so a piece is read, encrypted and sent by
one thread and the event loop never touches content. One `Session` keeps the connections of all threads open.
Every call has a time-out for connecting, for each read, and for the whole; nothing of a request is ever logged.
"""

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ReadTimeoutError

from services.sync.remotes.errors import Unreachable

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
WHOLE_SECONDS = 180.0
SLOWEST_BYTES_PER_SECOND = 8192
POOL = 32
_BLOCK = 1 << 18
_STEPS: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    (
        (socket.gaierror,),
        "its name can't be resolved (DNS)",
        "check the DNS, and MEGA_API_URL if it is set",
    ),
    ((ssl.SSLError,), "no secure connection (TLS)", "check the clock, the certificates, and any proxy in between"),
    ((ConnectionRefusedError,), "the connection was refused", "check MEGA_API_URL, the firewall and any proxy"),
    ((TimeoutError, ReadTimeoutError, ConnectTimeoutError), "no answer in time", ""),
    ((ConnectionError,), "the connection broke", ""),
)


class Stopped(Exception):
    """The caller is gone; raised in a thread to end its work."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytearray

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def wait(self) -> float | None:
        """Seconds after which MEGA says it is worth trying again."""
        left = self.headers.get("X-MEGA-Time-Left") or self.headers.get("Retry-After") or ""
        return float(left) if left.isdigit() else None


class Transport:
    """Connections to MEGA's servers, for any number of threads."""

    def __init__(self, *, read_seconds: float = READ_SECONDS) -> None:
        self.stopped = threading.Event()
        self._read_seconds = read_seconds
        self._session = requests.Session()
        self._known: dict[str, dict[str, Any]] = {}
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=8, pool_maxsize=POOL))

    def post(
        self, url: str, data: bytes, *, headers: Mapping[str, str] | None = None, read: float | None = None
    ) -> Answer:
        """POST and read the whole answer."""
        return self._send("POST", url, data, len(data), headers=headers, read=read)

    def get(self, url: str, expected: int) -> Answer:
        """GET an answer of about `expected` bytes."""
        return self._send("GET", url, None, expected)

    def pause(self, seconds: float) -> None:
        """Wait; raises `Stopped` if the remote is closed meanwhile."""
        if self.stopped.wait(seconds):
            raise Stopped

    def close(self) -> None:
        """End all pauses, close all connections."""
        self.stopped.set()
        self._session.close()

    def _send(
        self,
        method: str,
        url: str,
        data: bytes | None,
        size: int,
        *,
        headers: Mapping[str, str] | None = None,
        read: float | None = None,
    ) -> Answer:
        if self.stopped.is_set():
            raise Stopped
        read = read or self._read_seconds
        deadline = time.monotonic() + max(WHOLE_SECONDS, read) + size / SLOWEST_BYTES_PER_SECOND
        try:
            request = requests.Request(method, url, {**self._session.headers, **(headers or {})}, data=data).prepare()
            with self._session.send(request, timeout=(CONNECT_SECONDS, read), **self._surroundings(url)) as response:
                body = bytearray()
                # MEGA compresses long answers for who takes them so, as `requests` says of itself
                while block := response.raw.read(_BLOCK, decode_content=True):
                    body += block
                    if time.monotonic() > deadline:
                        raise Unreachable("MEGA answers too slowly")
                _check_length(response, response.raw.tell())
                return Answer(response.status_code, response.headers, body)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _unreachable(error) from None

    def _surroundings(self, url: str) -> dict[str, Any]:
        """Proxies and certificates that the environment names for a host: asked once, it takes a third of a POST."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._known:
            self._known[host] = dict(self._session.merge_environment_settings(host, {}, True, None, None))
        return self._known[host]


def _check_length(response: requests.Response, length: int) -> None:
    """urllib3 takes an answer that was cut for a whole one; `length` is that on the way, compressed or not."""
    promised = response.headers.get("Content-Length", "")
    if promised.isdigit() and int(promised) != length:
        raise Unreachable("MEGA's answer was cut off")


def _unreachable(error: BaseException) -> Unreachable:
    """Which step failed, without the text of the error: it holds the address, and with it the session."""
    seen = [error]
    while (cause := seen[-1].__cause__ or seen[-1].__context__) is not None:
        seen.append(cause)
    for one in reversed(seen):
        for kinds, step, remedy in _STEPS:
            if isinstance(one, kinds):
                return Unreachable(f"MEGA can't be reached: {step}", remedy=remedy)
    return Unreachable(f"MEGA can't be reached ({type(seen[-1]).__name__})")
