"""Is an answer of MEGA read whole, compressed or not, and never taken for whole when it was cut?"""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.transport import Transport

TEXT = b'[{"f":[' + b"1," * 5000 + b"1]}]"
PACKED = gzip.compress(TEXT)


@contextmanager
def answering(body: bytes, length: int, **headers: str) -> Iterator[str]:
    """A server that promises so many bytes, sends the body and hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            for name, value in (headers | {"Content-Length": str(length)}).items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/cs"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def post() -> Iterator[Callable[[str], bytes]]:
    transport = Transport(read_seconds=5)
    yield lambda url: bytes(transport.post(url, b"").body)
    transport.close()


def test_a_compressed_answer_and_a_plain_one_are_read_alike(post: Callable[[str], bytes]) -> None:
    with answering(PACKED, len(PACKED), Content_Encoding="gzip") as url:
        compressed = post(url)
    with answering(TEXT, len(TEXT)) as url:
        plain = post(url)

    assert compressed == plain == TEXT


def test_a_proxy_of_the_environment_is_used_unless_the_host_is_exempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with answering(TEXT, len(TEXT)) as url:
        monkeypatch.setenv("http_proxy", url.removesuffix("/cs"))

        through = Transport(read_seconds=5).post("http://nobody.invalid/cs", b"").body
        monkeypatch.setenv("no_proxy", "nobody.invalid")
        with pytest.raises(Unreachable, match="DNS"):
            Transport(read_seconds=5).post("http://nobody.invalid/cs", b"")

    assert through == TEXT


@pytest.mark.parametrize("headers", [{}, {"Content_Encoding": "gzip"}])
def test_an_answer_that_was_cut_is_no_answer(post: Callable[[str], bytes], headers: dict[str, str]) -> None:
    whole = PACKED if headers else TEXT

    with (
        answering(whole[:-20], len(whole), **headers) as url,
        pytest.raises(Unreachable, match=r"cut off|broke|can't be reached"),
    ):
        post(url)
