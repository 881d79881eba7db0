"""Is a change noticed, and Helix's own business not?"""

import asyncio
from pathlib import Path

import pytest

from services.sync.watch import WatchFailed, changes


async def next_hint(root: Path, change: object, seconds: float) -> bool:
    """Whether a hint comes after `change()` was called."""
    hints = changes(str(root))
    task = asyncio.ensure_future(anext(hints))
    try:
        assert callable(change)
        for _ in range(int(seconds / 0.1)):
            change()
            done, _pending = await asyncio.wait([task], timeout=0.1)
            if done:
                return True
        return False
    finally:
        task.cancel()
        await asyncio.wait([task])
        await hints.aclose()  # type: ignore[attr-defined]


async def test_a_written_file_is_noticed(tmp_path: Path) -> None:
    assert await next_hint(tmp_path, lambda: (tmp_path / "new").write_text("x"), 20)


async def test_a_file_in_a_new_directory_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "d/e").mkdir(parents=True)

    assert await next_hint(tmp_path, lambda: (tmp_path / "d/e/new").write_text("x"), 20)


async def test_the_own_directory_and_temporary_files_are_no_news(tmp_path: Path) -> None:
    (tmp_path / ".helix").mkdir()
    (tmp_path / "d").mkdir()

    def ours() -> None:
        (tmp_path / ".helix/marker").write_text("x")
        (tmp_path / "d/.helix-tmp-1").write_text("x")

    assert not await next_hint(tmp_path, ours, 1.0)


async def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(WatchFailed):
        await anext(changes(str(tmp_path / "missing")))
