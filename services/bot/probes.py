"""What do the start-up probes find now?

They run in a fresh interpreter, as `helix doctor` runs them: `python -m healthcheck.doctor` prints checks as JSON.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

from helix import release, report
from helix.core.health import Check
from helix.errors import HelixError

TIMEOUT_SECONDS = 120.0


async def run() -> Sequence[Check]:
    """Run every probe once. Raises `HelixError` when they can't be run."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "healthcheck.doctor",
        cwd=release.ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            printed, _ = await process.communicate()
        return [report.decode_check(item) for item in json.loads(printed)]
    except (TimeoutError, ValueError, KeyError, TypeError) as error:
        raise HelixError("the probes can't be run", remedy="deploy this release again") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
