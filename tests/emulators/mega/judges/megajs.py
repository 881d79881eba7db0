"""What does megajs (npm, written independently of all the others) make of the server?"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

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

    def _run(self, verb: str, local: Path, remote: str) -> Mapping[str, str]:
        who = [self._login.url + "/", self._login.email, self._login.password]
        done = run(["node", str(SCRIPT), *who, verb, str(local), remote], env=os.environ, cwd=self._home)
        assert done.returncode == 0, done.stderr
        failures: Mapping[str, str] = json.loads(done.stdout)
        return failures


def installed() -> Path:
    """The folder into which scripts/test-tools.sh put the clients from npm."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    home = Path(os.environ.get("HELIX_TEST_NODE") or Path(cache) / "helix-test-node")
    assert (home / "node_modules" / "megajs").is_dir(), "megajs is missing: run scripts/test-tools.sh"
    return home
