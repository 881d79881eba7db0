"""Are lost events noticed? The kernel's queue is made to overflow for real."""

import asyncio
import threading
from pathlib import Path

from watchdog.observers.inotify_c import InotifyFD

from services.sync.hints import EVERYWHERE
from services.sync.watch import changes


async def test_lost_events_mean_that_anything_may_have_changed(tmp_path: Path) -> None:
    room = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    others = _readers()
    hints = changes(str(tmp_path))
    try:
        await anext(hints)
        (reader,) = _readers() - others
        with reader._lock:
            for number in range(room // 2):  # each file is made, opened and closed: three events
                (tmp_path / f"file{number}").touch()
        async with asyncio.timeout(120):
            heard = [await anext(hints)]
            while not heard[-1].everywhere:
                heard.append(await anext(hints))

        assert heard[-1] == EVERYWHERE
    finally:
        await hints.aclose()  # type: ignore[attr-defined]


def _readers() -> set[InotifyFD]:
    """The threads that read events; another test's may not have ended yet."""
    return {thread for thread in threading.enumerate() if isinstance(thread, InotifyFD)}
