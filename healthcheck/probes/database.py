"""Can the database of DATABASE_URL be reached, and may Helix keep its lease there?

For `helix doctor` only. While Helix runs, sync's own check says how its database is, and an outage of it is no damage
of this container: a start-up probe would make one of it.
"""

import asyncio
import json
import sys

from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up

MODULE = "services.sync.leases"


async def probe(place: Place) -> Finding:
    """Try it in a process of its own, as sync would."""
    settings = place.settings()
    if settings is None or settings.database_url is None:
        return passed("no DATABASE_URL: the right to write is kept on the remote")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        cwd=place.root,
        env={**place.env, "HELIX_CWD": place.env.get("HELIX_CWD") or str(place.cwd)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        printed, _ = await child.communicate()
        found = json.loads(printed)
        fault = Fault(found["output"], found["remedy"])
    except (ValueError, KeyError):
        fault = Fault(f"{MODULE} could not be run", "look what the other probes say")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return sum_up([fault]) if fault.output else passed("the database can keep a lease")
