"""Which misfortunes must a client of MEGA survive, and what does raw mega.py 1.0.8 do at each?

Data for more than one test: `arm` a case on a server whose account holds `SOURCE` (of `size` bytes), let a client
`act`, and look at what it said and what is there. For mega.py `raw` is the exception it raises, `OK`, or `HANGS` (no
end within `patience` seconds); `copies` is how many files called `TARGET` stand in the account after its upload. A good
client ends each case within its deadline, with the deed done once (`recoverable`), or undone and an error that names
the cause.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.emulators.mega.faults import Answer, Cut, Drop, Raw, Stall, Tamper, Thin
from tests.emulators.mega.server import MegaServer

OK: Final = "ok"
HANGS: Final = "hangs"
SOURCE: Final = "source.bin"
TARGET: Final = "target.bin"
HTML: Final = b"<html><body>Server Too Busy</body></html>"
STUB: Final = 131080
SEVERAL_CHUNKS: Final = 400_000

Arm = Callable[[MegaServer], object]


class Act(StrEnum):
    """What the client is about to do; for all but LOGIN it is logged in before the fault is armed."""

    LOGIN = "login"
    LIST = "list"
    UPLOAD = "upload"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class Case:
    """One misfortune."""

    name: str
    act: Act
    arm: Arm
    raw: str
    recoverable: bool
    """Can a client that tries again, within reason, still succeed?"""
    size: int = 1000
    patience: float = 1.0
    copies: int | None = None


def _code(code: int, on: str, *, whole: bool = False, times: int | None = None) -> Arm:
    return lambda server: server.fail(on, Answer(code, whole=whole), times=times)


def _raw(on: str, status: int, body: bytes = b"", *, times: int | None = 1) -> Arm:
    return lambda server: server.fail(on, Raw(status, body), times=times)


def _nothing(server: MegaServer) -> None:
    """The size alone is the misfortune."""


def _expire_next_urls(server: MegaServer) -> None:
    server.fail("upload", Raw(body=b"-8"))


LOGIN_CASES = (
    Case("proof of work asked at login", Act.LOGIN, lambda s: s.require_hashcash(), "JSONDecodeError", True),
    Case("HTTP 500 at login", Act.LOGIN, _raw("us", 500), "JSONDecodeError", True),
    Case("HTTP 503 at login", Act.LOGIN, _raw("us0", 503), "JSONDecodeError", True),
    Case("HTML instead of JSON", Act.LOGIN, _raw("us", 200, HTML), "JSONDecodeError", True),
    Case("connection dropped at login", Act.LOGIN, lambda s: s.fail("us", Drop()), "ConnectionError", True),
    Case("try again (-3) once", Act.LOGIN, _code(-3, "us", times=1), OK, True, patience=5.0),
    Case("try again (-3) for ever", Act.LOGIN, _code(-3, "us"), HANGS, False),
    Case("too many logins (-4)", Act.LOGIN, _code(-4, "us"), "RequestError", False),
    Case("account blocked (-16)", Act.LOGIN, _code(-16, "us", whole=True), "RequestError", False),
    Case("second factor needed (-26)", Act.LOGIN, _code(-26, "us"), "KeyError", False),
    Case("a login that is never answered", Act.LOGIN, lambda s: s.fail("us", Stall()), HANGS, True),
)
LIST_CASES = (
    Case("HTTP 500 at a listing", Act.LIST, _raw("f", 500), "JSONDecodeError", True),
    Case("an empty answer list", Act.LIST, _raw("f", 200, b"[]"), "IndexError", True),
    Case("an error object in the list", Act.LIST, _raw("f", 200, b'[{"err":-9}]'), "KeyError", False),
    Case("an error object instead of a list", Act.LIST, _raw("f", 200, b'{"err":-9}'), "UnboundLocalError", False),
    Case("half a listing", Act.LIST, _raw("f", 200, b'[{"f":[{"h":"AAAA'), "JSONDecodeError", True),
    Case("the session has ended (-15)", Act.LIST, lambda s: s.end_sessions(), "RequestError", True),
    Case("the account must pay (-29)", Act.LIST, _code(-29, "f"), "KeyError", False),
    Case("a listing without every second file", Act.LIST, lambda s: s.fail("f", Thin(1)), OK, True),
    Case("connection dropped at a listing", Act.LIST, lambda s: s.fail("f", Drop()), "ConnectionError", True),
)
UPLOAD_CASES = (
    Case("no room (-17)", Act.UPLOAD, _code(-17, "u"), "RequestError", False, copies=0),
    Case("a chunk answered by HTTP 500", Act.UPLOAD, _raw("upload", 500), "RequestError", True, copies=0),
    Case("a chunk answered by -3", Act.UPLOAD, _raw("upload", 200, b"-3"), "RequestError", True, copies=0),
    Case("the upload address has expired", Act.UPLOAD, _expire_next_urls, "RequestError", True, copies=0),
    Case(
        "a chunk's connection dropped",
        Act.UPLOAD,
        lambda s: s.fail("upload", Drop()),
        "ConnectionError",
        True,
        copies=0,
    ),
    Case(
        "the first of several chunks lost on the way",
        Act.UPLOAD,
        _raw("upload", 200),
        "RequestError",
        True,
        size=SEVERAL_CHUNKS,
        copies=0,
    ),
    Case("a chunk that is never answered", Act.UPLOAD, lambda s: s.fail("upload", Stall()), HANGS, True, copies=0),
    Case("p not carried out, no answer", Act.UPLOAD, lambda s: s.fail("p", Drop()), "ConnectionError", True, copies=0),
    Case(
        "p carried out, answer lost",
        Act.UPLOAD,
        lambda s: s.fail("p", Drop(), after=True),
        "ConnectionError",
        True,
        copies=1,
    ),
    Case(
        "p carried out, answered by HTTP 500",
        Act.UPLOAD,
        lambda s: s.fail("p", Raw(500), after=True),
        "JSONDecodeError",
        True,
        copies=1,
    ),
    Case("a last chunk of 1 to 16 bytes", Act.UPLOAD, _nothing, "IndexError", True, size=STUB, copies=0),
)
DOWNLOAD_CASES = (
    Case(
        "transfer quota spent (HTTP 509)",
        Act.DOWNLOAD,
        _raw("download", 509, b"over quota"),
        "UnboundLocalError",
        False,
    ),
    Case("HTTP 500 at a download", Act.DOWNLOAD, _raw("download", 500, b"busy"), "UnboundLocalError", True),
    Case("the download address has expired", Act.DOWNLOAD, _raw("download", 403, b"gone"), "UnboundLocalError", True),
    Case("a tampered byte", Act.DOWNLOAD, lambda s: s.fail("download", Tamper(5)), "ValueError", True),
    Case("a download that ends early", Act.DOWNLOAD, lambda s: s.fail("download", Cut(500)), "ValueError", True),
    Case("a download that stands still", Act.DOWNLOAD, lambda s: s.fail("download", Stall()), HANGS, True),
    Case(
        "connection dropped at a download", Act.DOWNLOAD, lambda s: s.fail("download", Drop()), "ConnectionError", True
    ),
    Case("an empty file", Act.DOWNLOAD, _nothing, "IndexError", True, size=0),
    Case("a file with a last chunk of 1 to 16 bytes", Act.DOWNLOAD, _nothing, "IndexError", True, size=STUB),
)
MATRIX: Final = (*LOGIN_CASES, *LIST_CASES, *UPLOAD_CASES, *DOWNLOAD_CASES)
