"""How is the health server put together and run? `python -m healthcheck`.

The composition root: only here is the environment read.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from healthcheck.probes.probe import Place
from healthcheck.probes.suite import make_suite
from healthcheck.server import PROGRAM, Server
from helix import logs, release
from helix.errors import EX_CONFIG, HelixError, Misconfigured
from helix.lifecycle import stop_on_signals
from helix.settings import from_env
from helix.supervisor import Supervisor

log = logging.getLogger("healthcheck")


async def serve(env: Mapping[str, str], *, cwd: Path, root: Path) -> None:
    """Run the health server with the settings of *env* until SIGTERM or SIGINT."""
    settings = from_env(env, cwd=cwd)
    logs.setup(PROGRAM, level=settings.log_level, style=settings.log_format, secrets=settings.secrets)
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    async with stop_on_signals() as stop, Supervisor(settings.supervisor_socket) as supervisor:
        await Server(settings, Place(root, env, cwd), supervisor, make_suite()).run(stop)


def main() -> int:
    """Run, and turn what goes wrong into an exit status and a line of the log."""
    logs.setup(PROGRAM, level="INFO", style=os.environ.get("LOG_FORMAT", ""))
    try:
        asyncio.run(serve(dict(os.environ), cwd=Path.cwd(), root=release.ROOT))
    except Misconfigured as wrong:
        for problem in wrong.problems:
            facts = {"setting": problem.name, "output": problem.message, "remedy": problem.remedy}
            log.error("setting_refused", extra=facts)
        return EX_CONFIG
    except HelixError as error:
        log.error("start_failed", extra={"output": error.message, "remedy": error.remedy})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
