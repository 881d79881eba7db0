"""Composition root of the warden: `python -m services.warden`, started by supervisord as an event listener."""

import asyncio
import os
import sys
from pathlib import Path

from helix import logs, settings
from helix.board import Board
from helix.lifecycle import Heart, stop_on_signals
from helix.start import leave_with
from helix.supervisor import Supervisor
from services.warden import events
from services.warden.pulse import pulse
from services.warden.ward import NAME, Ward


async def run(config: settings.Settings) -> None:
    """Watch until SIGTERM, or until supervisord closes the pipe."""
    async with stop_on_signals() as stop, Supervisor(config.supervisor_socket) as supervisor:
        ward = Ward(config, supervisor)
        heart = Heart(NAME, Board(config.run_dir), lambda: pulse(ward))
        work = [heart.run(), ward.watch(), events.listen(ward.deliver), stop.wait()]
        tasks = [asyncio.create_task(task) for task in work]
        # SIGTERM and a closed pipe end it in order; anything else that ends is an error to show
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            task.result()
    await heart.withdraw()


def main() -> int:
    """Run; give the exit status."""
    return leave_with(NAME, os.environ, work, stream=sys.stderr)


def work() -> None:
    """Read the settings, then watch."""
    config = settings.from_env(os.environ, cwd=Path.cwd())
    logs.setup(NAME, level=config.log_level, style=config.log_format, secrets=config.secrets, stream=sys.stderr)
    asyncio.run(run(config))


if __name__ == "__main__":
    sys.exit(main())
