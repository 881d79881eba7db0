"""How is one file moved between this machine and the remote, with progress, a stall limit and an end on cancel?"""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from typing import Any

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.rclone.rc import ALIVE_SECONDS, Rc, RcError
from services.sync.remotes.remote import Progress

STALL_SECONDS = 120.0
"""A transfer in which no byte has moved for so long is stopped."""

_LOOK_SECONDS = 1.0
_NO_LIMIT = 7 * 86400.0


async def copy_file(rc: Rc, parameters: Mapping[str, Any], progress: Progress, size: int) -> None:
    """Run `operations/copyfile` to its end; raises `RcError`, or `Unreachable` when it stalls."""
    group = f"helix-{secrets.token_hex(6)}"
    work = asyncio.create_task(rc.call("operations/copyfile", {**parameters, "_group": group}, seconds=_NO_LIMIT))
    try:
        moved = await _watch(rc, work, group, progress)
    finally:
        if not work.done():
            work.cancel()
            with contextlib.suppress(RcError, Unreachable):
                await rc.call("job/stopgroup", {"group": group}, seconds=5.0)
    await work
    if size > moved:
        await progress(size - moved)


async def _watch(rc: Rc, work: "asyncio.Task[Any]", group: str, progress: Progress) -> int:
    """Tell the bytes moved, once a second, until the work is done."""
    loop = asyncio.get_running_loop()
    moved, moved_at = 0, loop.time()
    while not (await asyncio.wait({work}, timeout=_LOOK_SECONDS))[0]:
        seen = int((await rc.call("core/stats", {"group": group}, seconds=ALIVE_SECONDS)).get("bytes", 0))
        if seen > moved:
            await progress(seen - moved)
            moved, moved_at = seen, loop.time()
        elif loop.time() - moved_at > STALL_SECONDS:
            raise Unreachable(f"a transfer through rclone stood still for {STALL_SECONDS:.0f} s")
    return moved
