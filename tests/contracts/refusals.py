"""What does every remote refuse, without harm to what is there?"""

import errno
import os
from pathlib import Path

import pytest

from services.sync.remotes.errors import Changed, Gone, SourceUnreadable
from services.sync.remotes.remote import Remote
from services.sync.remotes.source import Source
from tests.contracts.fault_matrix import FaultMatrix


def forbid_reading(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may read the file any more, not even root."""
    real = os.open

    def closing(path: str, *args: int, **kwargs: int) -> int:
        if str(path) == str(file):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", closing)


class Refusals(FaultMatrix):
    """What is not as expected, or not free, one test each."""

    async def test_digest_and_matches_refuse_what_they_do_not_expect(self, put, tmp_path: Path, remote: Remote) -> None:
        first = await put("file", b"one")
        await put("file", b"two", expect=first.etag)
        same = tmp_path / "same"
        same.write_bytes(b"two")

        for path, kind in (("file", Changed), ("missing", Gone)):
            with pytest.raises(kind):
                await remote.digest(path, expect=first.etag)
            with pytest.raises(kind):
                await remote.matches(Source.of(str(same)), path, expect=first.etag)

    async def test_a_file_never_takes_the_place_of_a_directory(self, put, get, remote: Remote) -> None:
        await put("d/inside", b"1")
        entry = await put("file", b"2")

        with pytest.raises(Changed):
            await put("d", b"a file")
        with pytest.raises(Changed):
            await remote.move("file", "d", expect=entry.etag)

        assert [found.path for found in await self.everything(remote)] == ["d", "d/inside", "file"]
        assert (await get("d/inside"), await get("file")) == (b"1", b"2")

    async def test_a_directory_is_moved_below_a_new_parent_and_never_onto_another(
        self, put, get, remote: Remote
    ) -> None:
        await put("one/a", b"1")
        await put("two/a", b"2")

        with pytest.raises(Changed):
            await remote.move("one", "two", expect="")
        with pytest.raises(Gone):
            await remote.move("missing", "elsewhere", expect="")
        await remote.move("one", "new/parent", expect="")

        assert [entry.path for entry in await self.everything(remote)] == [
            "new",
            "new/parent",
            "new/parent/a",
            "two",
            "two/a",
        ]
        assert (await get("new/parent/a"), await get("two/a")) == (b"1", b"2")

    async def test_a_source_that_may_not_be_read_is_told_as_that_and_not_as_one_that_changes(
        self, put, get, tmp_path: Path, remote: Remote, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = await put("file", b"old")
        file = tmp_path / "secret"
        file.write_bytes(b"nobody may read this")
        source = Source.of(str(file))
        forbid_reading(file, monkeypatch)

        for path, expect in (("new", None), ("file", old.etag)):
            with pytest.raises(SourceUnreadable, match=r"can't be read: Permission denied .let the user who runs"):
                await remote.upload(source, path, expect=expect)

        assert [entry.path for entry in await self.everything(remote)] == ["file"]
        assert await get("file") == b"old"
