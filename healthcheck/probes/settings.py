"""Are the settings right, and does nobody set a name that nothing reads?

Tells names, what is wrong and what to do, never a value: it may be a secret put under the wrong name.
"""

import difflib
import re
from functools import cache
from pathlib import Path

from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.core.health import Status
from helix.errors import Misconfigured
from helix.settings import from_env

_OURS = re.compile(r"(?:HELIX|MEGA|DISCORD)_\w+")
_CLOSE = 0.8


async def probe(place: Place) -> Finding:
    """Read the settings as every program does, and look for names that come close to one of ours."""
    try:
        await place.disk.do(lambda: from_env(place.env, cwd=place.cwd))
    except Misconfigured as wrong:
        return sum_up([Fault(f"{problem.name} {problem.message}", problem.remedy) for problem in wrong.problems])
    misspelt = [fault for name in sorted(place.env) for fault in _misspelt(name)]
    return sum_up(misspelt, status=Status.WARN) if misspelt else passed("every setting is right")


@cache
def known() -> frozenset[str]:
    """Give every name that the settings read, as noted while they read an environment without any."""
    noting = _Noting()
    from_env(noting, cwd=Path("/"))
    return frozenset(noting.asked)


class _Noting(dict[str, str]):
    """An empty environment that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> None:  # type: ignore[override]
        self.asked.add(key)


def _misspelt(name: str) -> list[Fault]:
    if name in known() or not _OURS.fullmatch(name):
        return []
    close = difflib.get_close_matches(name, known(), n=1, cutoff=_CLOSE)
    return [Fault(f"{name} is set and nothing reads it", f"did you mean {close[0]}?")] if close else []
