"""What does megatools (Debian's, which can't be pointed anywhere) make of the server?"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

from tests.emulators.mega.judges.apart import enter
from tests.emulators.mega.judges.judge import Login, run

SHIM = Path(__file__).with_name("nopin.c")


class MegaTools:
    """megatools in a namespace of its own, where MEGA's host name is the server; only its key pin is taken out."""

    name = "megatools"

    def __init__(self, login: Login, work: Path, *, tls_socket: str, ca_file: Path) -> None:
        self._login = login
        self._enter = enter(work, tls_socket)
        shim = work / "nopin.so"
        build = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(SHIM), "-ldl"]
        built = run(build, env=os.environ)
        assert built.returncode == 0, built.stderr
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(work),
            "TMPDIR": str(work),  # where it keeps sessions
            "LANG": "C.UTF-8",
            "MEGA_TEST_CA": str(ca_file),
            "MEGA_TEST_SHIM": str(shim),
        }

    def write(self, folder: Path, remote: str) -> Mapping[str, str]:
        assert self.command("mkdir", f"/Root/{remote}").returncode == 0
        files = sorted(str(path) for path in folder.iterdir())
        done = self.command("put", "--no-progress", "--path", f"/Root/{remote}", *files)
        return {Path(path).name: why for path, why in re.findall(r"Upload failed for '(.+?)': (.*)", done.stderr)}

    def read(self, remote: str, into: Path) -> Mapping[str, str]:
        done = self.command("copy", "--no-progress", "--download", "--local", str(into), "--remote", f"/Root/{remote}")
        return {Path(path).name: why for path, why in re.findall(r"Download failed for (.+?): (.*)", done.stderr)}

    def command(self, verb: str, *arguments: str) -> CompletedProcess[str]:
        """One megatools command inside the namespace; the shim is for megatools alone."""
        who = ["-u", self._login.email, "-p", self._login.password, "--ignore-config-file", "--reload"]
        inside = ["sh", "-c", 'LD_PRELOAD=$MEGA_TEST_SHIM exec "$@"', "sh", "megatools", verb, *who, *arguments]
        return run([*self._enter, *inside], env=self._env)
