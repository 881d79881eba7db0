"""A real PostgreSQL server in a directory of its own, which tests stop, start, freeze and lock."""

import contextlib
import glob
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.running.ports import free_port

PASSWORD = "pa:ss@w0rd/of-helix"  # has what an address must escape
USER = "helix"
UNPRIVILEGED = "nobody" if os.geteuid() == 0 else None
"""The server refuses to run as root."""


def program(name: str) -> str:
    """The newest of Debian's versions, which are not on PATH; elsewhere the one on PATH."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    path = found[-1] if found else shutil.which(name)
    assert path, f"{name} is missing: run scripts/test-tools.sh"
    return path


class Server:
    """One server; `url` names a database of it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        secret = place / "password"
        secret.write_text(PASSWORD)
        self._own()
        # as Debian's own: a superuser over the socket, passwords over TCP
        self._run("initdb", "-D", f"{place}/data", "-U", USER, "--auth-local=trust", "--auth-host=scram-sha-256",
                  f"--pwfile={secret}", "--no-sync", "--encoding=UTF8", "--locale=C")  # fmt: skip

    def url(self, database: str = "postgres", *, user: str = USER, password: str = PASSWORD, query: str = "") -> str:
        """The address, as an operator writes it."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}{query}"

    def start(self) -> None:
        """Start and wait until it takes connections."""
        options = f"-p {self.port} -k {self.place} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=40"
        self._run("pg_ctl", "-D", f"{self.place}/data", "-l", f"{self.place}/log", "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, as a crash would."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", f"{self.place}/data", "-w", "-m", "immediate", "stop")

    def signal_all(self, number: signal.Signals) -> None:
        """Freeze or thaw the server with all of its processes."""
        postmaster = int((self.place / "data/postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the superuser; gives its rows, unaligned."""
        command = ("psql", "-h", str(self.place), "-p", str(self.port), "-U", USER, "-d", database, "-XAtqc", statement)
        return self._run(*command)

    def offer_tls(self, certificate: bytes, key: bytes) -> None:
        """Take TLS connections from the next start on."""
        for name, content in (("server.crt", certificate), ("server.key", key)):
            path = self.place / "data" / name
            path.write_bytes(content)
            path.chmod(0o600)
            if UNPRIVILEGED is not None:
                shutil.chown(path, UNPRIVILEGED)
        with (self.place / "data/postgresql.conf").open("a") as file:
            file.write("ssl = on\n")

    def database(self) -> str:
        """Make a database and give its name."""
        name = f"d{secrets.token_hex(4)}"
        self.sql(f"CREATE DATABASE {name}")
        return name

    def _own(self) -> None:
        if UNPRIVILEGED is not None:
            for path in (self.place, *self.place.iterdir()):
                shutil.chown(path, UNPRIVILEGED)

    def _run(self, name: str, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        # a server that inherits our pipe would keep it open: only psql is listened to
        told = subprocess.PIPE if name == "psql" else subprocess.DEVNULL
        done = subprocess.run(
            [program(name), *arguments], cwd=self.place, env=environment, user=UNPRIVILEGED, check=True,
            stdin=subprocess.DEVNULL, stdout=told, stderr=None if name == "psql" else subprocess.DEVNULL,
        )  # fmt: skip
        return (done.stdout or b"").decode().strip()


@contextmanager
def server() -> Iterator[Server]:
    """A running server; gone at the end, frozen or not."""
    place = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    try:
        made = Server(place)
        made.start()
        try:
            yield made
        finally:
            with contextlib.suppress(OSError):
                made.signal_all(signal.SIGCONT)
            made.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)
