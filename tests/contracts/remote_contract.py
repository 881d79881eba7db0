"""Does a remote keep the promises of services/sync/remotes/remote.py? The one suite that every remote passes.

A remote's own test module makes a class of `RemoteContract` and gives two fixtures: `remote` (connected, empty) and,
for the fault matrix, `other` (a second client of the same store, as another container would be).
"""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from helix.core.trees import Kind, walk_key
from services.sync.remotes.errors import Changed, Gone, NotEmpty, SourceChanged
from services.sync.remotes.remote import Remote
from services.sync.remotes.source import Source
from tests.contracts.fault_matrix import digest_of
from tests.contracts.refusals import Refusals

SIZES = [0, 1, 15, 16, 17, 4095, 4096, 131_071, 131_072, 131_089, 393_217, 1_048_577, 9_000_001]
NAMES = [
    "plain",
    "with space",
    "ünï·cödé",
    "e\u0301 decomposed",
    "日本語",
    "🗂 emoji",
    "-dash",
    "trailing.",
    "per%cent%2F",
    "quote\"'`",
    "back\\slash",
    "a" * 200,
    "*?<>|:",
    " leading",
    "new\nline",
    "tab\tand \x1f",
    "␊ ‛␊",
    # what the names `a/b`, `.`, `..` and the empty one of a cloud are here; `%25` is what doubles them
    "a%2Fb",
    "%2E",
    "%2E.",
    "%_",
    "a%252Fb",
    "é" * 100,
]
MTIME = 1_600_000_000_123_456_789


class RemoteContract(Refusals):
    """The promises, one test each."""

    async def test_an_empty_remote_lists_nothing(self, remote: Remote) -> None:
        assert await self.everything(remote) == []

    @pytest.mark.parametrize("size", SIZES)
    async def test_what_is_uploaded_comes_back_byte_for_byte(self, put, get, remote: Remote, size: int) -> None:
        content = bytes(index * 31 % 251 for index in range(min(size, 5000)))
        content = (content * (size // max(len(content), 1) + 1))[:size]

        entry = await put("file", content)

        assert (entry.path, entry.kind, entry.size) == ("file", Kind.FILE, size)
        assert entry.digest in (None, digest_of(content))
        assert await get("file", entry.etag) == content

    @pytest.mark.parametrize("name", NAMES)
    async def test_any_name_comes_back_as_it_was(self, put, get, remote: Remote, name: str) -> None:
        if set(name) & set(remote.features.forbidden_characters):
            name = "".join(c for c in name if c not in remote.features.forbidden_characters) + "x"

        await put(f"d/{name}", b"content")

        assert [entry.path for entry in await self.everything(remote)] == ["d", f"d/{name}"]
        assert await get(f"d/{name}") == b"content"

    async def test_the_listing_is_in_walk_order_and_agrees_with_stat_and_upload(self, put, remote: Remote) -> None:
        paths = ["b/x", "a", "b.txt", "b/a/deep", "b!", "b/é", "B", "c/z"]
        if not remote.features.case_sensitive:
            paths.remove("B")
        entries = {path: (await put(path, path.encode())) for path in paths}
        await remote.mkdir("empty")

        listed = await self.everything(remote)

        assert [entry.path for entry in listed] == sorted([*paths, "b", "b/a", "c", "empty"], key=walk_key)
        for entry in listed:
            assert await remote.stat(entry.path) == entry
            if entry.kind is Kind.FILE:
                assert replace(entries[entry.path], digest=entry.digest) == entry
            else:
                assert (entry.size, entry.etag) == (0, "")

    async def test_a_part_can_be_listed_alone_with_full_paths(self, put, remote: Remote) -> None:
        await put("a/b/c", b"1")
        await put("a/d", b"2")
        await put("e", b"3")

        assert [entry.path for entry in await self.everything(remote, "a")] == ["a/b", "a/b/c", "a/d"]
        assert await self.everything(remote, "nothing/here") == []

    async def test_what_is_right_in_a_directory_is_listed_alone(self, put, remote: Remote) -> None:
        await put("a/b/c", b"1")
        await put("a/d", b"2")
        await put("e", b"3")
        await put(".helix/marker", b"me")

        assert [entry.path for entry in await remote.children("")] == ["a", "e"]
        assert await remote.children("a") == [
            entry for entry in await self.everything(remote, "a") if entry.path != "a/b/c"
        ]
        assert await remote.children("nothing/here") == []

    async def test_below_a_file_there_is_nothing(self, put, remote: Remote) -> None:
        await put("file", b"1")

        assert await remote.stat("file/x") is None
        assert await remote.children("file") == await remote.children("file/x") == []
        assert await self.everything(remote, "file") == []

    async def test_helix_own_directory_is_reached_but_not_listed(self, put, get, remote: Remote) -> None:
        await put(".helix/marker", b"me")

        assert await self.everything(remote) == []
        assert await get(".helix/marker") == b"me"
        assert [entry.path for entry in await self.everything(remote, ".helix")] == [".helix/marker"]

    async def test_the_mtime_is_kept_where_the_remote_says_so(self, tmp_path: Path, remote: Remote) -> None:
        file = tmp_path / "old"
        file.write_bytes(b"old")
        os.utime(file, ns=(MTIME, MTIME))

        entry = await remote.upload(Source.of(str(file)), "old", expect=None)

        if remote.features.keeps_mtime:
            assert entry.mtime_ns is not None
            assert abs(entry.mtime_ns - MTIME) < remote.features.mtime_resolution_ns
        else:
            assert entry.mtime_ns is None

    async def test_a_new_file_never_overwrites_one_that_appeared(self, put, get, remote: Remote) -> None:
        await put("file", b"theirs")

        with pytest.raises(Changed):
            await put("file", b"ours")

        assert await get("file") == b"theirs"

    async def test_an_upload_refuses_what_it_does_not_expect(self, put, get, remote: Remote) -> None:
        first = await put("file", b"one")
        second = await put("file", b"two", expect=first.etag)

        with pytest.raises(Changed):
            await put("file", b"three", expect=first.etag)
        with pytest.raises(Gone):
            await put("missing", b"three", expect=second.etag)

        assert second.etag != first.etag
        assert await get("file") == b"two"

    async def test_an_edit_of_the_same_size_gets_another_etag(self, put, remote: Remote) -> None:
        first = await put("file", b"aaaa")

        second = await put("file", b"bbbb", expect=first.etag)

        assert second.etag != first.etag
        assert [entry.etag for entry in await self.everything(remote)] == [second.etag]

    async def test_the_replaced_content_is_kept_where_asked(self, put, get, remote: Remote) -> None:
        first = await put("d/file", b"old")

        await put("d/file", b"new", expect=first.etag, keep=".helix/trash/t/d/file")

        assert await get("d/file") == b"new"
        assert await get(".helix/trash/t/d/file") == b"old"

    async def test_a_source_that_changed_since_the_scan_is_refused(self, tmp_path: Path, remote: Remote) -> None:
        file = tmp_path / "source"
        file.write_bytes(b"scanned")
        source = Source.of(str(file))
        file.write_bytes(b"edited since")

        with pytest.raises(SourceChanged):
            await remote.upload(source, "file", expect=None)

        assert await remote.stat("file") is None
        assert await self.everything(remote) == []

    async def test_a_download_refuses_what_it_does_not_expect(self, put, get, remote: Remote) -> None:
        first = await put("file", b"one")
        await put("file", b"two", expect=first.etag)

        with pytest.raises(Changed):
            await get("file", first.etag)
        with pytest.raises(Gone):
            await get("missing", first.etag)

    async def test_digest_and_matches_tell_the_content(self, put, tmp_path: Path, remote: Remote) -> None:
        entry = await put("file", b"content")
        same, other = tmp_path / "same", tmp_path / "other"
        same.write_bytes(b"content")
        other.write_bytes(b"cOntent")

        assert await remote.digest("file", expect=entry.etag) == digest_of(b"content")
        assert await remote.matches(Source.of(str(same)), "file", expect=entry.etag)
        assert not await remote.matches(Source.of(str(other)), "file", expect=entry.etag)

    async def test_a_file_is_moved_without_a_new_content(self, put, get, remote: Remote) -> None:
        entry = await put("old", b"content")

        moved = await remote.move("old", "new/place", expect=entry.etag)

        assert moved.path == "new/place"
        assert await remote.stat("old") is None
        assert await remote.stat("new/place") == moved
        assert await get("new/place", moved.etag) == b"content"

    async def test_a_directory_is_moved_with_all_in_it(self, put, get, remote: Remote) -> None:
        await put("old/a", b"a")
        await put("old/sub/b", b"b")

        await remote.move("old", "new", expect="")

        assert [entry.path for entry in await self.everything(remote)] == ["new", "new/a", "new/sub", "new/sub/b"]
        assert await get("new/sub/b") == b"b"

    async def test_a_move_never_overwrites_and_refuses_what_it_does_not_expect(self, put, get, remote: Remote) -> None:
        one = await put("one", b"1")
        two = await put("two", b"2")

        with pytest.raises(Changed):
            await remote.move("one", "two", expect=one.etag)
        with pytest.raises(Changed):
            await remote.move("one", "three", expect=two.etag)
        with pytest.raises(Gone):
            await remote.move("missing", "three", expect=two.etag)

        assert (await get("one"), await get("two")) == (b"1", b"2")
        assert await remote.stat("three") is None

    async def test_directories_are_made_and_removed_only_when_empty(self, put, remote: Remote) -> None:
        await remote.mkdir("a/b/c")
        await remote.mkdir("a/b/c")
        entry = await put("a/file", b"x")

        with pytest.raises(NotEmpty):
            await remote.rmdir("a")
        with pytest.raises(Changed):
            await remote.mkdir("a/file")
        await remote.rmdir("a/b/c")
        await remote.rmdir("a/b/c")

        assert [found.path for found in await self.everything(remote)] == ["a", "a/b", "a/file"]
        assert [found.etag for found in await self.everything(remote) if found.path == "a/file"] == [entry.etag]

    async def test_a_removed_file_is_gone_and_removing_it_again_is_fine(self, put, remote: Remote) -> None:
        entry = await put(".helix/trash/t/file", b"x")

        with pytest.raises(Changed):
            await remote.remove(".helix/trash/t/file", expect=entry.etag + "other")
        await remote.remove(".helix/trash/t/file", expect=entry.etag)
        await remote.remove(".helix/trash/t/file", expect=entry.etag)

        assert await remote.stat(".helix/trash/t/file") is None

    async def test_a_second_client_sees_what_the_first_stored(self, put, remote: Remote, other: Remote) -> None:
        entry = await put("file", b"content")

        seen = [found async for batch in other.listing() for found in batch]

        assert seen == [replace(entry, digest=seen[0].digest)]
        with pytest.raises(Changed):
            await put("file", b"second", by=other)

    async def test_quota_says_something_true(self, put, remote: Remote) -> None:
        await put("file", b"x" * 1000)

        quota = await remote.quota()

        assert quota.used is None or quota.used >= 0
        assert quota.total is None or quota.used is None or quota.total >= quota.used

    async def test_closing_twice_is_fine_and_connecting_again_too(self, remote: Remote) -> None:
        await remote.connect()
        await remote.close()
        await remote.close()
        await remote.connect()

        assert await self.everything(remote) == []
