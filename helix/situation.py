"""How do the bot, the health server and the command line come to one and the same verdict?

They gather the same situation (the report board and supervisord's states) and hand it to `judge`.
"""

import time

from helix.board import Board
from helix.core.health import Situation, Verdict
from helix.core.judge import judge
from helix.errors import Refused, Unreachable
from helix.settings import Settings
from helix.supervisor import Supervisor


async def gather(settings: Settings, supervisor: Supervisor) -> Situation:
    """Look at the board and ask supervisord, which is None in the situation when it does not answer."""
    try:
        programs = await supervisor.programs()
    except (Unreachable, Refused):
        programs = None
    return Situation(
        now=time.time(),
        essential=settings.essential,
        programs=programs,
        reports=Board(settings.run_dir).read_all(),
    )


async def verdict(settings: Settings) -> Verdict:
    """Gather and judge once, with a connection of its own."""
    async with Supervisor(settings.supervisor_socket) as supervisor:
        return judge(await gather(settings, supervisor))
