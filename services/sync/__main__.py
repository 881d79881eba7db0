"""How is sync put together and run? `python -m services.sync`.

The composition root: only here is the environment read and are the parts made.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from helix import logs
from helix.lifecycle import stop_on_signals
from helix.settings import Folder, Settings, from_env
from helix.start import leave_with
from services.sync import beat, home
from services.sync.apply.throttle import Throttle
from services.sync.cycle import Cycle
from services.sync.daemon import PROGRAM, Daemon, Deadline
from services.sync.holder import holder
from services.sync.journal.journal import Journal
from services.sync.keeper import Keeper
from services.sync.leases.choose import Leases
from services.sync.remotes.choose import choose
from services.sync.remotes.remote import Remote
from services.sync.remotes.timed import Requests, TimedRemote

log = logging.getLogger("services.sync")


def make_keeper(
    folder: Folder,
    remote: Remote,
    settings: Settings,
    *,
    leases: Leases,
    throttle: Throttle,
    deadline: Deadline,
    me: str,
) -> Keeper:
    """One folder with its remote, journal and lease."""
    journal = Journal(str(settings.journal_dir / f"{quote(folder.name, safe=' ')}.db"))
    cycle = Cycle(folder, remote, journal, throttle, deadline.passed)
    return Keeper(cycle, leases.store(folder, remote, me), me)


async def serve(env: Mapping[str, str], *, cwd: Path) -> None:
    """Run sync with the settings of *env* until SIGTERM or SIGINT."""
    settings = from_env(env, cwd=cwd)
    logs.setup(PROGRAM, level=settings.log_level, style=settings.log_format, secrets=settings.secrets)
    for directory in (settings.run_dir, settings.journal_dir):
        with contextlib.suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
    held = home.lock(settings.journal_dir)
    owner = home.owner(settings.journal_dir)
    me = holder(owner)
    throttle = Throttle(settings.bandwidth.up, settings.bandwidth.down)
    deadline = Deadline()
    requests = Requests()
    remotes = [TimedRemote(choose(folder.remote, settings, owner), requests) for folder in settings.folders]
    leases = Leases(settings.database_url)
    keepers = [
        make_keeper(folder, remote, settings, leases=leases, throttle=throttle, deadline=deadline, me=me)
        for folder, remote in zip(settings.folders, remotes, strict=True)
    ]
    async with stop_on_signals() as stop:
        log.info("started", extra={"folders": len(keepers), "owner": me, "locked": held is not None})
        try:
            await Daemon(settings, keepers, throttle, deadline, requests).run(stop)
        finally:
            await leases.close()


def main() -> int:
    """Run; give the exit status."""
    beat.keep()
    env = dict(os.environ)
    return leave_with(PROGRAM, env, lambda: asyncio.run(serve(env, cwd=Path.cwd())))


if __name__ == "__main__":
    sys.exit(main())
