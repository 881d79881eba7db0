"""How is the Discord test server started and stopped, and what befalls its connections?"""

import ssl
from pathlib import Path
from typing import Any, Self

import trustme
from aiohttp import web

from .platform import Platform, Settings
from .play.people import People
from .rest.app import API, application

NAMES = ("discord.com", "gateway.discord.gg", "cdn.discordapp.com", "localhost", "127.0.0.1")


class DiscordServer:
    """One server on loopback: ``async with DiscordServer() as discord``."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls_port: int | None = None,
        tls_socket: str | None = None,
        guild_id: int | None = None,
        record: Path | None = None,
        **settings: Any,
    ) -> None:
        self.platform = Platform(Settings(**settings), guild_id, record)
        self.people = People(self.platform)
        self.authority: trustme.CA | None = None
        self.host, self.port, self.tls_port, self.tls_socket = host, port, tls_port, tls_socket
        self._runner = web.AppRunner(application(self.platform), access_log=None, shutdown_timeout=0.2)
        self._sites: list[web.BaseSite] = []

    async def __aenter__(self) -> Self:
        if self.tls_port is not None or self.tls_socket is not None:
            self.authority = trustme.CA()
        await self._runner.setup()
        await self.come_up()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """What discord.py's Route.BASE and hikari's rest_url take."""
        return f"http://{self.host}:{self.port}{API}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.host}:{self.port}/"

    @property
    def token(self) -> str:
        return self.platform.settings.token

    async def come_up(self) -> None:
        """Listen; after ``go_down`` at the same ports again."""
        plain = web.TCPSite(self._runner, self.host, self.port)
        await plain.start()
        self.port = bound_port(plain)
        self._sites = [plain]
        self.platform.base_url = f"http://{self.host}:{self.port}"
        if self.authority is not None:
            await self._come_up_securely(self.authority)

    async def _come_up_securely(self, authority: trustme.CA) -> None:
        """Listen with TLS at a port, and at a Unix socket that clients in other network namespaces reach."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*NAMES).configure_cert(context)
        if self.tls_port is not None:
            secure = web.TCPSite(self._runner, self.host, self.tls_port, ssl_context=context)
            await secure.start()
            self.tls_port = bound_port(secure)
            self._sites.append(secure)
        if self.tls_socket is not None:
            local = web.UnixSite(self._runner, self.tls_socket, ssl_context=context)
            await local.start()
            self._sites.append(local)

    async def go_down(self) -> None:
        """Cut everything and listen no more; sessions are kept for who comes back in time."""
        for site in self._sites:
            await site.stop()
        self.cut()

    def cut(self) -> None:
        """Abort every TCP connection, REST and gateway alike."""
        for connection in list(self.platform.connections):
            connection.abort()
        server = self._runner.server
        for handler in server.connections if server is not None else []:
            if handler.transport is not None:
                handler.transport.abort()

    def write_authority(self, path: Path) -> Path:
        """Write the certificate that a client must trust (SSL_CERT_FILE) to reach the TLS port."""
        if self.authority is None:
            raise ValueError("the server was started without TLS")
        self.authority.cert_pem.write_to_path(str(path))
        return path

    def ask_to_reconnect(self) -> None:
        """Op 7 to every connection."""
        for connection in self.platform.connections:
            connection.push({"op": 7, "t": None, "s": None, "d": None})

    def ask_for_heartbeat(self) -> None:
        """Op 1 to every connection."""
        for connection in self.platform.connections:
            connection.push({"op": 1, "t": None, "s": None, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9 to every connection; the session is kept only if it may be resumed."""
        for connection in self.platform.connections:
            connection.push({"op": 9, "t": None, "s": None, "d": resumable})
            if not resumable and connection.session is not None:
                self.platform.sessions.forget(connection.session)

    def close(self, code: int) -> None:
        """Close every gateway connection with this code."""
        for connection in list(self.platform.connections):
            connection.close(code)

    def black_hole(self, *, silent: bool = True) -> None:
        """Let nothing pass on the present connections, though they stay open."""
        for connection in self.platform.connections:
            connection.silent = silent

    def assert_clean(self) -> None:
        """Raise if the client broke a rule, asked for an unknown route, or a scripted fault never fired."""
        self.platform.assert_clean()


def bound_port(site: web.TCPSite) -> int:
    """The port a site got."""
    server = site._server
    sockets = getattr(server, "sockets", None)
    if not sockets:
        raise RuntimeError("the site is not listening")
    return int(sockets[0].getsockname()[1])
