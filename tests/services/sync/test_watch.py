"""Is a change noticed where it is, and Helix's own business not?"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.sync.hints import EVERYWHERE, MANY, NOWHERE, Hint, around, directories
from services.sync.watch import WatchFailed, changes


async def hints_of(root: Path, change: Callable[[], object], seconds: float) -> Hint:
    """What is told first while `change()` is called again and again."""
    hints = changes(str(root))
    assert await anext(hints) == EVERYWHERE
    task = asyncio.ensure_future(anext(hints))
    try:
        for _ in range(int(seconds / 0.1)):
            change()
            done, _pending = await asyncio.wait([task], timeout=0.1)
            if done:
                return task.result()
        return NOWHERE
    finally:
        task.cancel()
        await asyncio.wait([task])
        await hints.aclose()  # type: ignore[attr-defined]


async def test_a_written_file_is_noticed_at_the_top(tmp_path: Path) -> None:
    assert await hints_of(tmp_path, lambda: (tmp_path / "new").write_text("x"), 20) == Hint(frozenset({""}))


async def test_a_file_in_a_directory_is_noticed_there(tmp_path: Path) -> None:
    (tmp_path / "d/e").mkdir(parents=True)

    assert await hints_of(tmp_path, lambda: (tmp_path / "d/e/new").write_text("x"), 20) == Hint(frozenset({"d/e"}))


async def test_a_rename_is_noticed_where_it_went_from_and_to(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "from/file").write_text("x")
    there_and_back = [("from", "to"), ("to", "from")]

    def rename() -> None:
        there_and_back.reverse()
        os.rename(tmp_path / there_and_back[1][0] / "file", tmp_path / there_and_back[1][1] / "file")

    assert await hints_of(tmp_path, rename, 20) == Hint(frozenset({"from", "to"}))


async def test_a_new_directory_is_named_itself(tmp_path: Path) -> None:
    names = iter(range(1000))

    hint = await hints_of(tmp_path, lambda: os.mkdir(tmp_path / f"d{next(names)}"), 20)

    assert hint.directories is not None
    assert {"", "d0"} <= hint.directories or {"", "d1"} <= hint.directories


async def test_the_own_directory_and_temporary_files_are_no_news(tmp_path: Path) -> None:
    (tmp_path / ".helix").mkdir()
    (tmp_path / "d").mkdir()

    def ours() -> None:
        (tmp_path / ".helix/marker").write_text("x")
        (tmp_path / "d/.helix-tmp-1").write_text("x")

    assert await hints_of(tmp_path, ours, 1.0) == NOWHERE


async def test_a_changed_filter_concerns_everything(tmp_path: Path) -> None:
    assert await hints_of(tmp_path, lambda: (tmp_path / ".helixignore").write_text("x"), 20) == EVERYWHERE


async def test_a_folder_that_was_removed_and_made_again_is_watched_again(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    hints = changes(str(root), look_seconds=0.05)
    try:
        assert await anext(hints) == EVERYWHERE

        root.rmdir()
        gone = await anext(hints)
        while not gone.everywhere:
            gone = await anext(hints)
        root.mkdir()
        again = await anext(hints)
        (root / "new").write_text("x")
        heard = await anext(hints)

        assert again == EVERYWHERE
        assert heard == Hint(frozenset({""}))
    finally:
        await hints.aclose()  # type: ignore[attr-defined]


async def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(WatchFailed):
        await anext(changes(str(tmp_path / "missing")))


def test_hints_join_and_too_many_places_are_everywhere() -> None:
    few, many = around(["a/b", "c"]), directories(str(number) for number in range(MANY + 1))

    assert few == Hint(frozenset({"a", ""}))
    assert many == few.joined(EVERYWHERE) == EVERYWHERE.joined(few) == EVERYWHERE
    assert few.joined(around(["d/e"])) == Hint(frozenset({"a", "", "d"}))
    assert few.joined(NOWHERE) == few
