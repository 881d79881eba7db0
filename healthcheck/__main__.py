"""How is the health server put together and run? `python -m healthcheck`.

The composition root: only here is the environment read.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from healthcheck import strangers
from healthcheck.probes.probe import Place
from healthcheck.probes.suite import make_suite
from healthcheck.server import PROGRAM, Server
from helix import logs, release
from helix.lifecycle import stop_on_signals
from helix.settings import from_env
from helix.start import leave_with
from helix.supervisor import Supervisor


async def serve(env: Mapping[str, str], *, cwd: Path, root: Path) -> None:
    """Run the health server with the settings of *env* until SIGTERM or SIGINT."""
    settings = from_env(env, cwd=cwd)
    logs.setup(PROGRAM, level=settings.log_level, style=settings.log_format, secrets=settings.secrets)
    strangers.hush()
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    async with stop_on_signals() as stop, Supervisor(settings.supervisor_socket) as supervisor:
        await Server(settings, Place(root, env, cwd), supervisor, make_suite()).run(stop)


def main() -> int:
    """Run; give the exit status."""
    env = dict(os.environ)
    return leave_with(PROGRAM, env, lambda: asyncio.run(serve(env, cwd=Path.cwd(), root=release.ROOT)))


if __name__ == "__main__":
    sys.exit(main())
