"""Can the database of DATABASE_URL keep a lease? `python -m services.sync.leases` tries it and prints a JSON object.

`helix doctor` starts it: the health server may not import sync, and the try must be made as sync would make it.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

from helix.errors import HelixError
from helix.settings import from_env
from services.sync.leases.choose import Leases


async def examine(env: Mapping[str, str], *, cwd: Path) -> dict[str, str]:
    """Reach the database, write a row and take it back; gives `output` and `remedy`, both empty when all is well."""
    leases = Leases(from_env(env, cwd=cwd).database_url)
    try:
        await leases.trial()
    except HelixError as error:
        return {"output": error.message, "remedy": error.remedy}
    finally:
        await leases.close()
    return {"output": "", "remedy": ""}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(examine(os.environ, cwd=Path.cwd()))))  # noqa: T201 - its answer
