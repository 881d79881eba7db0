"""What does megajs (npm, written independently of all the others) make of the server?"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, Any

from tests.emulators.mega.judges.judge import Login, run

SCRIPT = Path(__file__).with_name("megajs.mjs")


class MegaJs:
    """megajs, pointed at the server by its option `gateway`."""

    name = "megajs"

    def __init__(self, login: Login, work: Path) -> None:
        self._login = login
        self._home = installed()

    def write(self, folder: Path, remote: str) -> Mapping[str, str]:
        return self._run("write", folder, remote)

    def read(self, remote: str, into: Path) -> Mapping[str, str]:
        return self._run("read", into, remote)

    def roam(self, remote: str) -> Mapping[str, Any]:
        """Renames, moves, shares and deletes what is in a folder; what strangers saw of it meanwhile."""
        return self._run("roam", Path(), remote)

    @contextmanager
    def listening(self) -> Iterator[IO[str]]:
        """A client that writes a line for each event that it hears; listening when this is entered."""
        command = self._command("listen", Path(), "")
        with Popen(command, cwd=self._home, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True) as process:
            assert process.stdin is not None and process.stdout is not None
            assert process.stdout.readline() == "listening\n"
            try:
                yield process.stdout
            finally:
                process.stdin.close()
                process.kill()

    def _run(self, verb: str, local: Path, remote: str) -> Mapping[str, Any]:
        done = run(self._command(verb, local, remote), env=os.environ, cwd=self._home)
        assert done.returncode == 0, done.stderr
        result: Mapping[str, Any] = json.loads(done.stdout)
        return result

    def _command(self, verb: str, local: Path, remote: str) -> list[str]:
        who = [self._login.url + "/", self._login.email, self._login.password]
        return ["node", str(SCRIPT), *who, verb, str(local), remote]


def installed() -> Path:
    """The folder into which scripts/test-tools.sh put the clients from npm."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    home = Path(os.environ.get("HELIX_TEST_NODE") or Path(cache) / "helix-test-node")
    assert (home / "node_modules" / "megajs").is_dir(), "megajs is missing: run scripts/test-tools.sh"
    return home
