"""Is nothing overwritten that appeared between the look and the rename?"""

import os
from pathlib import Path

import pytest

from services.sync import files, renames
from services.sync.remotes.errors import Changed
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.source import Source


def test_an_exclusive_rename_moves_and_never_overwrites(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("one")
    other.write_text("other")

    with pytest.raises(FileExistsError):
        renames.exclusive(str(one), str(other))

    assert (one.read_text(), other.read_text()) == ("one", "other")
    assert renames.exclusive(str(one), str(tmp_path / "free"))
    assert (tmp_path / "free").read_text() == "one"


def test_an_exchange_swaps_and_needs_both(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("one")
    other.write_text("other")

    assert renames.exchange(str(one), str(other))

    assert (one.read_text(), other.read_text()) == ("other", "one")
    with pytest.raises(FileNotFoundError):
        renames.exchange(str(one), str(tmp_path / "nothing"))


@pytest.mark.parametrize("supported", [True, False], ids=["renameat2", "the longer way"])
def test_both_ways_move_to_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, supported: bool) -> None:
    if not supported:
        monkeypatch.setattr(renames, "_call", None)
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("one")
    other.write_text("other")

    with pytest.raises(FileExistsError):
        files.put_where_nothing_is(str(one), str(other))
    files.put_where_nothing_is(str(one), str(tmp_path / "free"))
    files.put_in_place(str(tmp_path / "free"), str(other))

    assert other.read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other"]


def test_what_was_written_between_the_keeping_and_the_rename_is_kept_too(tmp_path: Path) -> None:
    target, kept, fresh = tmp_path / "a.txt", tmp_path / "kept", tmp_path / "fresh"
    target.write_text("old")
    files.keep_copy(str(target), str(kept))
    person = tmp_path / "draft"
    person.write_text("written by a person meanwhile")
    os.replace(person, target)
    fresh.write_text("new")

    files.put_in_place(str(fresh), str(target), str(kept))

    assert target.read_text() == "new"
    assert kept.read_text() == "old"
    assert [path.read_text() for path in tmp_path.glob("kept~*")] == ["written by a person meanwhile"]


def test_a_replacement_leaves_nothing_but_the_new_and_the_kept(tmp_path: Path) -> None:
    target, kept, fresh = tmp_path / "a.txt", tmp_path / "kept", tmp_path / "fresh"
    target.write_text("old")
    files.keep_copy(str(target), str(kept))
    fresh.write_text("new")

    files.put_in_place(str(fresh), str(target), str(kept))

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "new", "kept": "old"}


async def test_a_move_that_took_another_file_than_expected_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = LocalRemote(str(tmp_path))
    await remote.connect()
    (tmp_path / "source").write_text("old")
    entry = await remote.upload(Source.of(str(tmp_path / "source")), "a.txt", expect=None)
    move = files.put_where_nothing_is
    replaced = False

    def replaced_just_before(source: str, target: str) -> None:
        nonlocal replaced
        if not replaced:
            replaced = True
            (tmp_path / "draft").write_text("an edit that wins")
            os.replace(tmp_path / "draft", source)
        move(source, target)

    monkeypatch.setattr(files, "put_where_nothing_is", replaced_just_before)
    with pytest.raises(Changed):
        await remote.move("a.txt", "b.txt", expect=entry.etag)

    assert (tmp_path / "a.txt").read_text() == "an edit that wins"
    assert not (tmp_path / "b.txt").exists()
