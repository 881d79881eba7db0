"""How do the bot, the health server and the command line come to one and the same verdict?

They gather the same situation (the report board and supervisord's states) and hand it to `judge`.
"""

import time
from pathlib import Path

from helix import endnote
from helix.aside import Aside
from helix.board import Board
from helix.core.health import Situation, Told, Verdict
from helix.core.judge import judge
from helix.errors import Refused, Unreachable
from helix.settings import Settings
from helix.supervisor import Supervisor


async def gather(settings: Settings, supervisor: Supervisor, disk: Aside) -> Situation:
    """Look at the board and ask supervisord, which is None in the situation when it does not answer.

    Nobody is asked while the disk hangs: supervisord's socket is on it, and to connect would hang as well. How old a
    report is counts from when it was read: whatever holds us up after that is no silence of the others.
    """
    board = Board(settings.run_dir)
    try:
        now, reports, ended = await disk.do(lambda: (time.time(), board.read_all(), _ended(settings.run_dir)))
    except Unreachable:
        return Situation(time.time(), settings.essential, None, {}, disk_answers=False)
    try:
        programs = await supervisor.programs()
    except (Unreachable, Refused):
        programs = None
    return Situation(
        now=now,
        essential=settings.essential,
        programs=programs,
        reports=reports,
        ended=ended,
    )


async def verdict(settings: Settings, disk: Aside | None = None) -> Verdict:
    """Gather and judge once, with a connection of its own; who asks again and again passes the same *disk*."""
    async with Supervisor(settings.supervisor_socket) as supervisor:
        return judge(await gather(settings, supervisor, disk or Aside()))


def _ended(run_dir: Path) -> Told | None:
    """How the last run ended, if it left a note that no later start took away. Blocking."""
    note = endnote.read(run_dir)
    return None if note is None else Told(f"it ended with exit status {note.status}: {note.cause}", note.remedy)
