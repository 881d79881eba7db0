"""How does a program begin, and with which exit status does it leave when that goes wrong?

Every `__main__.py` hands its work to `leave_with`, so that wrong settings look the same whichever program meets them:
one line of the log for each problem, with its remedy, and exit status 78, which no restart can mend.
The cause also stands on the report board then, where the warden and `helix status` find it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from helix import logs
from helix.board import PROGRAMS, Board
from helix.core.health import FAILED, MISCONFIGURED, Check, Status
from helix.errors import EX_CONFIG, HelixError, Misconfigured
from helix.lifecycle import Heart, Pulse

log = logging.getLogger(__name__)

EX_FAILED = 1


def leave_with(
    program: str, env: Mapping[str, str], work: Callable[[], int | None], *, stream: TextIO | None = None
) -> int:
    """Do *work* and give the process's exit status: its own, 78 for wrong settings, 1 for another error of ours.

    Until *work* has read the settings and set the log up as they say, it is written at INFO.
    """
    logs.setup(program, level="INFO", style=env.get("LOG_FORMAT", ""), stream=stream)
    try:
        return work() or 0
    except Misconfigured as wrong:
        for problem in wrong.problems:
            facts = {"setting": problem.name, "output": problem.message, "remedy": problem.remedy}
            log.error("setting_refused", extra=facts)
        told = "; ".join(f"{problem.name} {problem.message}" for problem in wrong.problems)
        _leave_word(program, env, MISCONFIGURED, told, wrong.problems[0].remedy)
        return EX_CONFIG
    except HelixError as error:
        log.error("start_failed", extra={"output": error.message, "remedy": error.remedy})
        _leave_word(program, env, FAILED, error.message, error.remedy)
        return EX_FAILED


def _leave_word(program: str, env: Mapping[str, str], state: str, output: str, remedy: str) -> None:
    """Post the cause; a program that nobody supervises, or that has no place on the board, has nobody to tell."""
    home = env.get("HELIX_HOME")
    if home is None or program not in PROGRAMS:
        return
    heart = Heart(program, Board(Path(home) / "run"), lambda: Pulse(state))
    asyncio.run(heart.last_words(state, Check(f"{program}:start", Status.FAIL, output, remedy, time.time())))
