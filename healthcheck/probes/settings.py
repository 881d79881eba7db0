"""Are the settings right, and does nobody set a name that nothing reads?

Tells names, what is wrong and what to do, never a value: it may be a secret put under the wrong name.
"""

import difflib
import re

from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.core.health import Status
from helix.errors import Misconfigured
from helix.settings import from_env

KNOWN = frozenset(
    {
        "PORT", "HELIX_HOME", "HELIX_CONFIG", "HELIX_FOLDER", "HELIX_REMOTE", "HELIX_MODE", "HELIX_SCAN_SECONDS",
        "HELIX_SETTLE_SECONDS", "HELIX_MAX_DELETE", "HELIX_TRASH_DAYS", "HELIX_BWLIMIT", "HELIX_ESSENTIAL",
        "HELIX_COMMIT", "HEALTH_TOKEN", "DATABASE_URL", "MEGA_EMAIL", "MEGA_PASS", "MEGA_REMOTE_DIR", "MEGA_API_URL",
        "DISCORD_BOT_TOKEN", "DISCORD_TOKEN", "DISCORD_GUILD_ID", "ARCHITECT_ID", "DISCORD_STATUS_CHANNEL_ID",
        "DISCORD_PREFIX", "DISCORD_API_BASE", "DISCORD_GATEWAY_URL", "DISCORD_PROXY_URL", "DISCORD_CA_FILE",
        "LOG_LEVEL", "LOG_FORMAT",
    }
)  # fmt: skip
_OURS = re.compile(r"(?:HELIX|MEGA|DISCORD)_\w+")
_CLOSE = 0.8


async def probe(place: Place) -> Finding:
    """Read the settings as every program does, and look for names that come close to one of ours."""
    try:
        from_env(place.env, cwd=place.cwd)
    except Misconfigured as wrong:
        return sum_up([Fault(f"{problem.name} {problem.message}", problem.remedy) for problem in wrong.problems])
    misspelt = [fault for name in sorted(place.env) for fault in _misspelt(name)]
    return sum_up(misspelt, status=Status.WARN) if misspelt else passed()


def _misspelt(name: str) -> list[Fault]:
    plain = name.removesuffix("_FILE")
    if plain in KNOWN or not _OURS.fullmatch(plain):
        return []
    close = difflib.get_close_matches(plain, KNOWN, n=1, cutoff=_CLOSE)
    return [Fault(f"{name} is set and nothing reads it", f"did you mean {close[0]}?")] if close else []
