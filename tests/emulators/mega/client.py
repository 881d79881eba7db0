"""How does a test speak to the server without any real client in between? One request, one answer, nothing repeated."""

import hashlib
import itertools
import json
import secrets
import ssl
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.emulators.mega import crypto
from tests.emulators.mega.codec import b64, unb64
from tests.emulators.mega.hashcash import REPEATS, threshold

TIMEOUT = aiohttp.ClientTimeout(total=20)


class PlainClient:
    """The protocol as it stands in MEGA's clients, with nothing that would hide what the server does."""

    def __init__(self, url: str, *, ca_file: Path | None = None) -> None:
        self.url = url
        self.sid = ""
        self.master_key = b""
        self.headers: dict[str, str] = {}
        self._ids = itertools.count(secrets.randbelow(10**6))
        self._ca_file = ca_file
        self._http: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            timeout=TIMEOUT,
            connector=aiohttp.TCPConnector(ssl=self._trust()),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    def _trust(self) -> ssl.SSLContext | bool:
        return ssl.create_default_context(cafile=self._ca_file) if self._ca_file else True

    async def post(self, commands: Sequence[object], *, request_id: object = None) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers of one API request."""
        number = next(self._ids) if request_id is None else request_id
        query = {"id": str(number)} | ({"sid": self.sid} if self.sid else {})
        return await self.fetch("POST", "/cs", params=query, data=json.dumps(commands))

    async def fetch(self, method: str, address: str, **more: Any) -> tuple[int, str, dict[str, str]]:
        """Any request, by path or by full address; the body as latin-1 text."""
        url = address if "://" in address else self.url + address
        headers = self.headers | more.pop("headers", {})
        async with self._http.request(method, url, headers=headers, **more) as answer:
            return answer.status, (await answer.read()).decode("latin-1"), dict(answer.headers)

    async def batch(self, *commands: object, request_id: object = None) -> Any:
        """The answer of one API request."""
        _, text, _ = await self.post(commands, request_id=request_id)
        return json.loads(text)

    async def call(self, name: str, **arguments: object) -> Any:
        """The answer to one command: its result, or a number."""
        answer = await self.batch({"a": name} | arguments)
        return answer[0] if isinstance(answer, list) else answer

    async def login(self, email: str, password: str, **more: object) -> Any:
        """The answer to `us`; a session is open if it is an object."""
        prelogin = await self.call("us0", user=email)
        if prelogin["v"] == 2:
            key, proof = crypto.v2_keys(password, unb64(prelogin["s"]))
        else:
            key = crypto.v1_password_key(password)
            proof = crypto.v1_user_hash(email, key)
        answer = await self.call("us", user=email, uh=b64(proof), **more)
        if isinstance(answer, dict):
            self.master_key = crypto.ecb_decrypt(key, unb64(answer["k"]))
            private_key = crypto.ecb_decrypt(self.master_key, unb64(answer["privk"]))
            self.sid = b64(_session_id(private_key, unb64(answer["csid"])))
        return answer

    async def root(self) -> str:
        """The root folder's handle."""
        listing = await self.call("f", c=1)
        return str(next(node["h"] for node in listing["f"] if node["t"] == 2))

    async def upload(self, data: bytes, *, key: crypto.FileKey, version: int | None = 2) -> str:
        """The token of a whole upload in MEGA's chunks."""
        url = (await self.call("u", s=len(data), **({} if version is None else {"v": version})))["p"]
        token = ""
        for start, end in crypto.chunk_bounds(len(data)) if data else [(0, 0)]:
            sealed = crypto.ctr(key.key, key.nonce, start, data[start:end])
            _, token, _ = await self.fetch("POST", f"{url}/{start}", data=sealed)
        return b64(token.encode("latin-1")) if version is not None and version >= 2 else token

    async def put(self, name: str, data: bytes, parent: str, **more: object) -> Any:
        """The answer to `p` for a whole new file."""
        key = file_key(data)
        token = await self.upload(data, key=key)
        return await self.call("p", t=parent, n=[self.node(name, key.pack(), h=token, **more)])

    async def mkdir(self, name: str, parent: str) -> str:
        """A new folder's handle."""
        answer = await self.call("p", t=parent, n=[self.node(name, secrets.token_bytes(16), h="xxxxxxxx")])
        return str(answer["f"][0]["h"])

    def node(self, name: str, packed: bytes, **more: object) -> dict[str, object]:
        """A node as `p` takes it: a file for a key of 32 bytes, a folder for one of 16."""
        folder = len(packed) == 16
        key = packed if folder else crypto.FileKey.unpack(packed).key
        sealed = {
            "a": b64(crypto.seal_attributes(key, {"n": name})),
            "k": b64(crypto.ecb_encrypt(self.master_key, packed)),
        }
        return {"t": int(folder), **sealed, **more}


def file_key(data: bytes) -> crypto.FileKey:
    """A fresh key with the right MAC for this content."""
    key, nonce = secrets.token_bytes(16), secrets.token_bytes(8)
    chunks = (data[start:end] for start, end in crypto.chunk_bounds(len(data)))
    return crypto.FileKey(key, nonce, crypto.meta_mac(key, nonce, chunks))


def solve_hashcash(challenge: str) -> str:
    """The header that answers a 402."""
    _, easiness, _, token = challenge.split(":")
    tail = unb64(token) * REPEATS
    for number in itertools.count():
        prefix = number.to_bytes(4, "big")
        digest = hashlib.sha256(prefix + tail).digest()
        if int.from_bytes(digest[:4], "big") <= threshold(int(easiness)):
            return f"1:{token}:{b64(prefix)}"
    raise AssertionError("unreachable")


def _session_id(blob: bytes, csid: bytes) -> bytes:
    numbers = []
    for _ in range(3):
        size = (int.from_bytes(blob[:2], "big") + 7) // 8
        numbers.append(int.from_bytes(blob[2 : 2 + size], "big"))
        blob = blob[2 + size :]
    p, q, d = numbers
    message = pow(int.from_bytes(csid[2:], "big"), d, p * q)
    return message.to_bytes((message.bit_length() + 7) // 8, "big")[:43]
