"""Is there exactly one word on what is deployed and what is started, and does supervisord know all of it?

Two deploy files that contradicted each other and a start command in three places are no. 3 of the recorded failures.
"""

import re
from pathlib import Path

from healthcheck.probes import entries
from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.errors import Refused, Unreachable
from helix.supervisor import Supervisor

DEPLOY_CONFIGS = (
    ".railway/railway.ts", "railway.json", "railway.toml", "nixpacks.toml", "railpack.json", "render.yaml",
    "fly.toml", "app.yaml", "heroku.yml",
)  # fmt: skip
_CMD = re.compile(r"^(?:CMD|ENTRYPOINT)\s+(.*)$", re.MULTILINE | re.IGNORECASE)
_PROCFILE = re.compile(r"^(?:web|worker):\s*(.*)$", re.MULTILINE)
START = "helix up"


async def probe(place: Place) -> Finding:
    """Compare the deploy files with each other, and supervisord.conf with the supervisord that runs."""
    faults = [*_deploy_faults(place.root), *_start_faults(place.root)]
    try:
        listed = entries.read(place.supervisord_conf, place.env, place.cwd)
    except entries.BadEntries as error:
        return sum_up([*faults, Fault(error.message, error.remedy)])
    faults += await _unknown_to_supervisord([entry.name for entry in listed], place)
    return sum_up(faults) if faults else passed(f"{len(listed)} programs")


def _deploy_faults(root: Path) -> list[Fault]:
    found = [name for name in DEPLOY_CONFIGS if (root / name).exists()]
    if len(found) < 2:
        return []
    return [Fault(f"there are several deploy configurations: {', '.join(found)}", f"keep {found[0]} only")]


def _start_faults(root: Path) -> list[Fault]:
    """Every start command that is written down has to be the one."""
    faults = []
    for name, pattern in (("Procfile", _PROCFILE), ("Dockerfile", _CMD)):
        try:
            text = (root / name).read_text(encoding="utf-8")
        except OSError:
            continue
        commands = [re.sub(r'[\[\]",]+', " ", match).split() for match in pattern.findall(text)]
        if commands and not any(" ".join(words).endswith(START) for words in commands):
            faults.append(Fault(f"{name} starts something else than `{START}`", f"let {name} start `{START}`"))
    return faults


async def _unknown_to_supervisord(names: list[str], place: Place) -> list[Fault]:
    """Name the programs that supervisord does not know; a supervisord that is not there is judged elsewhere."""
    settings = await place.disk.do(place.settings)
    if settings is None:
        return []
    try:
        async with Supervisor(settings.supervisor_socket) as supervisor:
            known = await supervisor.programs()
    except (Unreachable, Refused):
        return []
    missing = [name for name in names if name not in known]
    remedy = "restart the container, so that supervisord reads supervisord.conf again"
    return [Fault(f"supervisord does not know the program {name}", remedy) for name in missing]
