"""How is the test server started, addressed and stopped?"""

import asyncio
import contextlib
import ssl
import tempfile
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trustme
from aiohttp import web

from tests.emulators.mega.account import DEFAULT_QUOTA, Account
from tests.emulators.mega.app import make_app
from tests.emulators.mega.commands import HANDLERS
from tests.emulators.mega.faults import ENDPOINTS, Effect, Fault
from tests.emulators.mega.record import Record
from tests.emulators.mega.settings import Assumptions, HashcashRule, Limits
from tests.emulators.mega.world import World

HOSTS = ("g.api.mega.co.nz", "*.api.mega.co.nz", "*.userstorage.mega.co.nz", "localhost", "127.0.0.1")
PATIENCE_SECONDS = 20.0
SHUTDOWN_SECONDS = 0.2
READ_BUFFER = 1 << 20


class MegaServer:
    """One server on a port of its own; see the package's docstring."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        assume: Assumptions | None = None,
        tls: bool = False,
        port: int = 0,
        transfer_host: str = "",
        tls_socket: str | None = None,
    ) -> None:
        self.world = World(limits, assume)
        self.port = port
        self.ca_file: Path | None = None
        self._scheme = "https" if tls else "http"
        self._tls_socket = tls_socket
        self.world.transfer_host = transfer_host
        self._runner: web.AppRunner | None = None
        self._cleanup = contextlib.ExitStack()
        self._threaded = contextlib.ExitStack()

    @property
    def url(self) -> str:
        """What X_MEGA_API_URL, MEGA_API_URL and megajs' gateway (plus "/") are set to."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def limits(self) -> Limits:
        """Speed, quotas and rates."""
        return self.world.limits

    @property
    def assume(self) -> Assumptions:
        """What nobody checked against the real service."""
        return self.world.assume

    @property
    def record(self) -> Record:
        """What the clients did."""
        return self.world.record

    def add_account(
        self,
        email: str,
        password: str,
        *,
        version: int = 2,
        mfa: str | None = None,
        quota: int = DEFAULT_QUOTA,
    ) -> Account:
        """A new account; `version` 1 or 2, `mfa` = the second factor that its logins must bring."""
        return self.world.add_account(email, password, version=version, mfa=mfa, quota=quota)

    def fail(self, on: str, effect: Effect, *, nth: int = 1, times: int | None = 1, after: bool = False) -> Fault:
        """Scripts a fault; see faults.py."""
        if on not in ENDPOINTS and on not in HANDLERS:
            raise ValueError(f"there is no command or endpoint {on!r}")
        return self.world.faults.add(Fault(on, effect, nth, times, after))

    def heal(self) -> None:
        """Disarms all faults."""
        self.world.faults.clear()

    def require_hashcash(
        self,
        *,
        easiness: int = 255,
        commands: frozenset[str] = frozenset({"us0", "us"}),
        times: int | None = None,
    ) -> None:
        """Asks for proof of work (HTTP 402) at requests with these commands."""
        self.world.hashcash = HashcashRule(easiness, commands, times)

    def end_sessions(self) -> None:
        """All clients are logged out."""
        self.world.end_sessions()

    def expire_urls(self) -> None:
        """All transfer addresses handed out so far are void."""
        self.world.expire_urls()

    def unreadable(self) -> list[str]:
        """What clients stored so that its owner can't read it."""
        return self.world.unreadable()

    def assert_no_unknown(self) -> None:
        """Fails if a client sent a command or went to an address that the server does not know."""
        assert not self.record.unknown, f"not known to the MEGA test server: {self.record.unknown}"

    def assert_clean(self) -> None:
        """Fails on anything unknown, unreadable, or on a fault of the server itself."""
        self.assert_no_unknown()
        assert not self.record.crashes, "\n".join(self.record.crashes)
        assert not (bad := self.unreadable()), f"stored but unreadable: {bad}"

    async def start(self) -> None:
        """Listens, in the running loop."""
        self._runner = web.AppRunner(
            make_app(self.world),
            access_log=None,
            shutdown_timeout=SHUTDOWN_SECONDS,
            read_bufsize=READ_BUFFER,
            handler_cancellation=True,
        )
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, "127.0.0.1", self.port, ssl_context=self._certify() if self._scheme == "https" else None
        )
        await site.start()
        self.port = self._runner.addresses[0][1]
        if self._tls_socket is not None:
            await web.UnixSite(self._runner, self._tls_socket, ssl_context=self._certify()).start()

    async def stop(self) -> None:
        """Closes all connections and forgets everything."""
        for account in self.world.accounts.values():
            account.events.wake()
        if self._runner is not None:
            await self._runner.cleanup()
        self.world.close()
        self._cleanup.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        """Starts in a thread with a loop of its own, for clients that block."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="mega-test-server", daemon=True)
        thread.start()
        self._threaded.callback(loop.close)
        self._threaded.callback(thread.join, PATIENCE_SECONDS)
        self._threaded.callback(loop.call_soon_threadsafe, loop.stop)
        self._threaded.callback(lambda: _wait_for(loop, self.stop()))
        _wait_for(loop, self.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threaded.close()

    def _certify(self) -> ssl.SSLContext:
        """A certificate for MEGA's host names, of an authority of our own whose file clients may trust."""
        authority = trustme.CA()
        folder = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="mega-ca-")))
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*HOSTS).configure_cert(context)
        return context


def _wait_for(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> None:
    asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_SECONDS)
