"""Is every installed distribution whole, owned by one, and the one that the lock names?

`pip uninstall pycrypto` once took files that pycryptodome shared with it (no. 10 of the recorded failures).
"""

import asyncio
import sysconfig
from pathlib import Path

from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.image import distributions

LOCK = "requirements.lock"


async def probe(place: Place) -> Finding:
    """Compare site-packages with each RECORD and with the lock."""
    return await asyncio.to_thread(_look, place.root, site_packages())


def site_packages() -> list[Path]:
    """Give the folders that pip installs to in this environment, each once."""
    return list(dict.fromkeys(Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")))


def _look(root: Path, folders: list[Path]) -> Finding:
    lock = root / LOCK
    text = lock.read_text(encoding="utf-8") if lock.exists() else None
    faults = [
        Fault(f"{fault.distribution} {fault.path} {fault.detail}".replace("  ", " "), fault.remedy)
        for fault in distributions.verify_all(folders, text)
    ]
    return sum_up(faults) if faults else passed(f"{len(distributions.installed(folders))} distributions are whole")
