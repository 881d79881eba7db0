"""What would MEGA answer? A test server that speaks its protocol, judged by unmodified clients.

In a test, in the test's own loop, or in a thread for clients that block:

    async with MegaServer() as server:            with MegaServer() as server:
        me = server.add_account("me@example.org", "secret")     # version=1, mfa="123456", quota=1_000_000
        remote = connect(server.url, me.email, "secret")        # X_MEGA_API_URL; megajs: url + "/"

As a program: `python -m tests.emulators.mega --port 18080 --account me@example.org:secret --latency 0.03`
(`--help` for more: `--no-verify`, `--fill N`, `--bandwidth`, `--tls`); the first line it prints is its address.

Lay out an account and look at what a client left; listening clients hear of changes as if made elsewhere:

    me.put("a/b.txt", b"…", mtime=1700000000)   me.mkdir("d")   me.rename("a/b.txt", "c")
    me.move("a/c", "d")   me.trash("d/c")   me.remove("d")   me.read("a/b.txt")   me.versions("a/b.txt")
    me.files() == {"a/b.txt": b"…"}      # fails when two files share a path; me.files(top="trash")
    me.entries()                         # path, handle, folder, size, mtime; duplicates too
    server.unreadable() == []            # every node was decrypted and its MAC recomputed
    server.assert_no_unknown()           # no command or address that the server does not know
    server.assert_clean()                # both, and no crash in here

Inject faults: command or endpoint, effect, n-th call from now, how often, before or after commit (faults.py):

    server.fail("p", Drop(), after=True)                      # carried out, answer lost
    server.fail("cs", Raw(503), times=3)                      # any API request
    server.fail("f", Answer(-3, whole=True), nth=2)
    server.fail("upload", Raw(body=b"-3"))                    # endpoints: cs sc wait upload download
    server.fail("download", Tamper(5))                        # or Cut(1000), Stall(60, at=4096)
    server.fail("download", Raw(509, headers=(("X-MEGA-Time-Left", "60"),)), times=None)
    server.fail("f", Thin(2))                                 # a listing without every second file
    server.require_hashcash(easiness=255)                     # 402; 255 is easy, 192 as the real service
    server.end_sessions(); server.expire_urls(); server.heal()
    server.limits.transfer_quota = 0; server.limits.latency = 0.03; server.limits.requests_per_second = 5
    server.assume.stale_session = -3                          # what nobody checked, see settings.py

Read its record: `server.record.calls("p")`, `.commands()`, `.clear()`, `.requests` (endpoint, commands,
request id, account, offset, size, status, answers, replayed).

`fault_matrix.MATRIX` is what every client must survive, as data; `visit.visiting()` gives a logged-in plain client.
docs/emulators.md says what is known, what is assumed and who the judges are.
"""

from tests.emulators.mega.account import Account, Entry
from tests.emulators.mega.errors import Code
from tests.emulators.mega.faults import Answer, Cut, Drop, Fault, Raw, Stall, Tamper, Thin
from tests.emulators.mega.server import MegaServer
from tests.emulators.mega.settings import Assumptions, Limits

__all__ = [
    "Account",
    "Answer",
    "Assumptions",
    "Code",
    "Cut",
    "Drop",
    "Entry",
    "Fault",
    "Limits",
    "MegaServer",
    "Raw",
    "Stall",
    "Tamper",
    "Thin",
]
