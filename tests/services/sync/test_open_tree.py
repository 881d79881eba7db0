"""Do the files of an open tree land whole, durable in the right order, and never outside of the tree?"""

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.sync import files, flushing
from services.sync.open_tree import FEW, OpenTree
from services.sync.reserved import TEMPORARY_PREFIX
from tests.services.sync.carried import descriptors

MTIME = 1_600_000_000_123_456_789
MANY = FEW + 1


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    made.mkdir()
    return made


@pytest.fixture
def flushes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is made durable, in order: `all` for a whole file system, else what the descriptor stands for."""
    seen: list[str] = []
    monkeypatch.setattr(flushing, "flush", lambda _descriptor: seen.append("all"))
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    yield seen


@pytest.mark.parametrize("path", ["file", "deep/down/file"])
def test_a_file_is_written_put_and_read_back_with_its_mtime(root: Path, path: str) -> None:
    with closing(OpenTree(str(root), count=MANY)) as tree:
        temporary = tree.write(path, b"content", MTIME)
        tree.flush()
        seen = tree.put(temporary, path)
        tree.flush()

        assert tree.read(path, 7) == (b"content", seen)
    assert (root / path).read_bytes() == b"content"
    assert (root / path).stat().st_mtime_ns == MTIME


def test_many_files_share_one_flush_where_the_file_system_is_trusted(
    root: Path, flushes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flushing, "is_trusted", lambda _descriptor: True)
    with closing(OpenTree(str(root), count=MANY)) as tree:
        written = [(tree.write(f"d/{number}", b"x", None), f"d/{number}") for number in range(MANY)]
        tree.flush()
        for temporary, path in written:
            tree.put(temporary, path)
        tree.flush()
        tree.flush()

    assert flushes == ["all", "all"]


@pytest.mark.parametrize(("count", "trusted"), [(MANY, False), (FEW, True)])
def test_each_file_and_directory_is_flushed_where_it_is_not_or_where_there_are_few(
    root: Path, flushes: list[str], monkeypatch: pytest.MonkeyPatch, count: int, trusted: bool
) -> None:
    monkeypatch.setattr(flushing, "is_trusted", lambda _descriptor: trusted)
    with closing(OpenTree(str(root), count=count)) as tree:
        one, two = tree.write("d/one", b"1", None), tree.write("d/two", b"2", None)
        assert [Path(path).name for path in flushes] == [Path(one.path).name, Path(two.path).name]
        tree.flush()
        assert flushes[2:] == [str(root)], "the directory d was made in it"
        tree.put(one, "d/one")
        tree.put(two, "d/two")
        tree.flush()

    assert flushes[3:] == [str(root / "d")]


def test_another_file_system_inside_the_tree_is_flushed_for_itself(
    root: Path, flushes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flushing, "is_trusted", lambda _descriptor: True)
    with closing(OpenTree(str(root), count=MANY)) as tree:
        monkeypatch.setattr(tree, "_device", -1)
        temporary = tree.write("mount/file", b"x", None)
        tree.put(temporary, "mount/file")
        tree.flush()

    assert [Path(path).name for path in flushes] == [Path(temporary.path).name, "all", "mount"]


def test_nothing_is_overwritten_and_what_was_not_put_is_removed(root: Path) -> None:
    with closing(OpenTree(str(root), count=1)) as tree:
        temporary = tree.write("file", b"ours", None)
        (root / "file").write_bytes(b"theirs")

        with pytest.raises(FileExistsError):
            tree.put(temporary, "file")

    assert {path.name: path.read_bytes() for path in root.iterdir()} == {"file": b"theirs"}


def test_an_edit_right_after_the_rename_is_noticed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move = files.move_within

    def edited_right_after(directory: int, source: str, target: str) -> None:
        move(directory, source, target)
        (root / target).write_bytes(b"edited")

    monkeypatch.setattr(files, "move_within", edited_right_after)
    with closing(OpenTree(str(root), count=1)) as tree:
        temporary = tree.write("file", b"synced", MTIME)

        with pytest.raises(FileExistsError, match="changed right after"):
            tree.put(temporary, "file")


@pytest.mark.parametrize("depth", ["link", "inside/link"])
def test_no_path_leads_through_a_symlink(root: Path, tmp_path: Path, depth: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"not ours")
    (root / depth).parent.mkdir(exist_ok=True)
    (root / depth).symlink_to(outside)
    with closing(OpenTree(str(root), count=1)) as tree:
        for act in (
            lambda: tree.read(f"{depth}/file", 8),
            lambda: tree.write(f"{depth}/new", b"x", None),
            lambda: tree.make_directory(f"{depth}/new"),
        ):
            with pytest.raises(files.Outside):
                act()

    assert os.listdir(outside) == ["file"]


def test_a_directory_that_became_a_symlink_meanwhile_is_not_followed(root: Path, tmp_path: Path) -> None:
    (root / "other").mkdir()
    with closing(OpenTree(str(root), count=2)) as tree:
        temporary = tree.write("d/file", b"x", None)
        tree.make_directory("other/x")
        (root / "d").rename(tmp_path / "moved")
        (root / "d").symlink_to(tmp_path / "moved")

        with pytest.raises(files.Outside):
            tree.put(temporary, "d/file")

    assert not (tmp_path / "moved/file").exists()


def test_a_link_or_another_size_is_never_read(root: Path) -> None:
    (root / "file").write_bytes(b"longer than planned")
    (root / "link").symlink_to(root / "file")
    os.mkfifo(root / "pipe")
    with closing(OpenTree(str(root), count=1)) as tree:
        assert tree.read("file", 3)[0] == b""
        assert tree.read("pipe", 3)[0] == b""
        with pytest.raises(OSError) as caught:
            tree.read("link", 19)

    assert caught.value.errno == errno.ELOOP


def test_directories_are_made_with_their_parents_and_a_file_is_left_alone(root: Path) -> None:
    (root / "file").write_bytes(b"x")
    with closing(OpenTree(str(root), count=2)) as tree:
        tree.make_directory("a/b/c")
        tree.make_directory("a/b/c")

        with pytest.raises(FileExistsError):
            tree.make_directory("file")

    assert (root / "a/b/c").is_dir()
    assert (root / "file").read_bytes() == b"x"


def test_an_error_of_the_disk_is_told_by_the_flush(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(flushing, "is_trusted", lambda _descriptor: True)
    monkeypatch.setattr(flushing, "flush", broken)
    with closing(OpenTree(str(root), count=MANY)) as tree:
        tree.write("file", b"x", None)

        with pytest.raises(OSError, match="I/O error"):
            tree.flush()

    assert [name for name in os.listdir(root) if name.startswith(TEMPORARY_PREFIX)] == []


def test_descriptors_are_given_back(root: Path) -> None:
    before = descriptors()
    with closing(OpenTree(str(root), count=MANY)) as tree:
        for number in range(20):
            tree.put(tree.write(f"d{number}/e/file", b"x", None), f"d{number}/e/file")
        tree.flush()

    assert descriptors() - before == set()
