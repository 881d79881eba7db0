"""How does a program begin, and with which exit status does it leave when that goes wrong?

Every `__main__.py` hands its work to `leave_with`, so that wrong settings look the same whichever program meets them:
one line of the log for each problem, with its remedy, and exit status 78, which no restart can mend.
"""

import logging
from collections.abc import Callable, Mapping
from typing import TextIO

from helix import logs
from helix.errors import EX_CONFIG, HelixError, Misconfigured

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
        return EX_CONFIG
    except HelixError as error:
        log.error("start_failed", extra={"output": error.message, "remedy": error.remedy})
        return EX_FAILED
