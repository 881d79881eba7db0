"""Is a walk by a process of its own as good as one's own, and never a short one?"""

import marshal
import os
import signal
import stat
import subprocess
import sys
import threading
from io import BufferedWriter, FileIO
from operator import attrgetter
from pathlib import Path

import psutil
import pytest

from helix.core.ignore import Ignore
from services.sync import walker
from services.sync.remotes.errors import Unreachable
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.local_disk import LocalDisk
from services.sync.scan import DiskScan, OwnScan, Scan, ScanFailed, scan
from services.sync.walk import IS_DIRECTORY, Witness, walk
from services.sync.walker import LENGTH
from tests.running.patience import Patience, crowding

DEADLINE = 20.0


def make_odd_tree(root: Path) -> None:
    for path in ("a/b/c", "a!", "É/ü", "z/empty", ".helix/trash", "deep/.helix"):
        (root / path).mkdir(parents=True)
    for path in ("a/one", "a/b/two", "a.txt", "É/ü/drei", ".helix/marker", "deep/.helix/mine", "with\nnewline"):
        (root / path).write_text(path)
    os.symlink("a", root / "link")
    os.mkfifo(root / "fifo")
    (root / os.fsdecode(b"not-utf8-\xff")).write_text("x")
    (root / ".helix-tmp-fresh").write_text("half")
    make_too_deep(root / "long")


def make_too_deep(top: Path) -> None:
    """A directory whose path is too long to be opened: unreadable for root, too."""
    top.mkdir()
    descriptor = os.open(top, os.O_RDONLY)
    for _ in range(17):
        os.mkdir("d" * 250, dir_fd=descriptor)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = deeper
    os.close(descriptor)


def told(directories: Scan) -> dict[str, tuple[int, int, int]]:
    """Path → size, inode, mtime of all that the walker tells."""
    found = {}
    for directory in directories:
        for name, size, mtime_ns, inode, _ in directory.entries():
            path = f"{directory.path}/{name}" if directory.path else name
            found[path] = (size, inode, mtime_ns)
    return found


def walked(root: str, witness: Witness) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path, size, mtime_ns, inode, ctime_ns in walk(root, witness):
        found[path] = (size, inode, mtime_ns)
        if len(path) < 1000:  # a longer one is none that the system takes in one piece
            seen = os.lstat(f"{root}/{path}")
            whole = (seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_ctime_ns)
            directory = (IS_DIRECTORY, 0, seen.st_ino, 0)
            assert (size, mtime_ns, inode, ctime_ns) == (directory if stat.S_ISDIR(seen.st_mode) else whole)
    return found


def frames_of(root: Path) -> list[tuple[object, ...]]:
    """What a walker in this process tells."""
    told, frames = root.with_name("told"), []
    with BufferedWriter(FileIO(told, "wb")) as out:
        walker.tell(str(root), out)
    data = told.read_bytes()
    while data:
        (length,) = LENGTH.unpack_from(data)
        frames.append(marshal.loads(data[LENGTH.size : LENGTH.size + length]))
        data = data[LENGTH.size + length :]
    return frames


def many_directories(root: Path) -> None:
    for number in range(3000):
        (root / f"a directory with a long name, so that the pipe fills {number:06}").mkdir()


def walker_of(parent: int) -> psutil.Process:
    patience = Patience(DEADLINE)
    while not patience.ended:
        for child in psutil.Process(parent).children():
            if "services.sync.walker" in " ".join(child.cmdline()):
                return child
    raise AssertionError("no walker")


@pytest.mark.parametrize("apart", [True, False])
def test_a_scan_tells_what_a_walk_finds_and_what_it_could_not_list(tmp_path: Path, apart: bool) -> None:
    make_odd_tree(tmp_path)
    own, theirs = Witness(), Witness()

    found = told(scan(str(tmp_path), theirs, apart=apart))

    assert found == walked(str(tmp_path), own)
    assert "deep/.helix/mine" in found
    assert "É/ü/drei" in found
    assert (theirs.skipped, theirs.skipped_count) == (own.skipped, own.skipped_count)
    assert theirs.unseen == own.unseen != set()
    assert theirs.holding == own.holding >= {""}
    assert set(theirs.skipped.values()) >= {"a symlink", "a fifo", "the name is not UTF-8"}


@pytest.mark.parametrize(("count", "kind"), [(6, OwnScan), (7, DiskScan)])
def test_a_tree_of_many_paths_is_walked_by_a_process_of_its_own_though_the_journal_is_empty(
    tmp_path: Path, count: int, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.sync.scan.FEW", 10)
    (tmp_path / "a/b/c").mkdir(parents=True)
    os.symlink("a", tmp_path / "link")
    for number in range(count - 1):
        (tmp_path / "a/b/c" / f"{number}").write_text("x")

    found = scan(str(tmp_path), Witness(), apart=False)

    assert isinstance(found, kind)
    assert len(told(found)) == 3 + count - 1


@pytest.mark.parametrize("apart", [True, False])
def test_an_ignored_directory_is_told_and_not_looked_into(tmp_path: Path, apart: bool) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "deep/build/deeper").mkdir(parents=True)
    (tmp_path / "deep/build/link").symlink_to("nowhere")
    (tmp_path / "deep/build.txt").write_text("no directory")
    witness = Witness()

    found = list(scan(str(tmp_path), witness, Ignore(["build*"]), apart=apart))

    assert [(one.path, one.is_closed) for one in found] == [
        ("", False),
        ("deep", False),
        ("deep/build", True),
        ("kept", False),
    ]
    assert [name for name, *_ in found[1].entries()] == ["build", "build.txt"]
    assert found[2].entries() == []
    assert witness.skipped == {}


def test_a_walker_that_leaves_out_what_is_not_ignored_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    ignored = Ignore(["build/"])
    ignored.shut = ("^mine/",)

    with pytest.raises(ScanFailed, match="left out mine"):
        list(DiskScan(str(tmp_path), Witness(), ignored))


def test_an_unreadable_directory_is_told_as_not_sound_and_the_others_as_sound(tmp_path: Path) -> None:
    (tmp_path / "fine").mkdir()
    make_too_deep(tmp_path / "long")

    directories = list(DiskScan(str(tmp_path), Witness()))

    assert [len(one.path) > 4000 for one in directories if not one.sound] == [True]
    assert next(one for one in directories if one.path == "fine").sound


@pytest.mark.parametrize(("age", "leftovers"), [(-1.0, [".helix-tmp-x"]), (600.0, [])])
def test_a_temporary_file_is_never_listed_and_told_once_nobody_alive_can_be_writing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, leftovers: list[str]
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/.helix-tmp-x").write_text("half")
    monkeypatch.setattr("services.sync.walk.STALE_SECONDS", age)

    directory, end = frames_of(tmp_path / "tree")

    assert directory == ("", True, 0, 0, 0, marshal.dumps([], walker.LAYOUT))
    assert end == ({}, 0, [], [], leftovers)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_walker_that_dies_on_its_way_is_an_error_and_no_short_tree(tmp_path: Path, how: signal.Signals) -> None:
    many_directories(tmp_path)
    directories = iter(DiskScan(str(tmp_path), Witness()))
    next(directories)
    walker_of(os.getpid()).send_signal(how)

    with pytest.raises(ScanFailed, match="its walker ended early"):
        list(directories)


def test_a_walker_whose_disk_hangs_is_an_error_within_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many_directories(tmp_path)
    directories = iter(DiskScan(str(tmp_path), Witness()))
    next(directories)  # as late as it likes: a busy machine takes its time to start a program
    monkeypatch.setattr("services.sync.scan.SILENCE_SECONDS", 0.3)
    child = walker_of(os.getpid())
    child.suspend()

    with pytest.raises(ScanFailed, match="the disk has not answered for"):
        list(directories)

    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_walker_that_can_not_be_started_is_an_error_of_its_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))

    with pytest.raises(ScanFailed, match="its walker can't be started: No such file"):
        DiskScan(str(tmp_path), Witness()).begin()
    with pytest.raises(Unreachable, match="its walker can't be started"):
        LocalDisk(str(tmp_path)).scan(Witness(), apart=True).begin()


def test_two_trees_are_walked_at_once(tmp_path: Path) -> None:
    one, two = DiskScan(str(tmp_path), Witness()), DiskScan(str(tmp_path), Witness())
    before = set(psutil.Process().children())

    one.begin()
    two.begin()

    assert len(set(psutil.Process().children()) - before) == 2
    assert told(one) == told(two) == {}


def test_a_walker_that_can_not_begin_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sync.apart._CODE", str(tmp_path))

    with pytest.raises(ScanFailed, match="No module named 'services'"):
        list(DiskScan(str(tmp_path), Witness()))


@pytest.mark.parametrize("apart", [True, False])
def test_a_scan_that_is_broken_off_ends_at_once(tmp_path: Path, apart: bool) -> None:
    many_directories(tmp_path)
    broken_off = scan(str(tmp_path), Witness(), apart=apart)
    directories = iter(broken_off)
    next(directories)

    threading.Thread(target=broken_off.stop).start()

    with pytest.raises(ScanFailed, match="broken off"):
        while next(directories):
            pass


def test_the_walker_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    many_directories(tmp_path)
    code = (
        "import sys, time\nfrom services.sync.scan import DiskScan\nfrom services.sync.walk import Witness\n"
        "scan = iter(DiskScan(sys.argv[1], Witness()))\nnext(scan)\nprint('begun', flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    child = walker_of(parent.pid)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    child.wait(DEADLINE * crowding())


@pytest.mark.parametrize(("seconds", "signs"), [(-1.0, True), (3600.0, False)])
def test_a_long_walk_gives_signs_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, signs: bool
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/file").touch()
    monkeypatch.setattr(walker, "BEAT_SECONDS", seconds)

    assert (() in frames_of(tmp_path / "tree")) is signs


@pytest.mark.parametrize("apart", [True, False])
async def test_a_remote_that_is_scanned_shows_what_its_listing_shows(tmp_path: Path, apart: bool) -> None:
    make_odd_tree(tmp_path)
    os.rename(tmp_path / "long", tmp_path.parent / f"{tmp_path.name}-long")
    remote = LocalRemote(str(tmp_path))
    listed = [entry for batch in [batch async for batch in remote.listing()] for entry in batch]

    found = LocalDisk(str(tmp_path)).scan(Witness(), apart=apart)
    scanned = [entry for directory in found for entry in found.entries(directory)]

    assert sorted(scanned, key=attrgetter("path")) == sorted(listed, key=attrgetter("path"))
    assert len(listed) > 10


@pytest.mark.parametrize("apart", [True, False])
def test_a_remote_that_is_not_there_or_no_directory_is_no_empty_tree(tmp_path: Path, apart: bool) -> None:
    with pytest.raises(Unreachable, match="gone is not there"):
        list(LocalDisk(str(tmp_path / "gone")).scan(Witness(), apart=apart))
    (tmp_path / "file").touch()
    with pytest.raises(Unreachable, match="the remote directory / can't be read"):
        list(LocalDisk(str(tmp_path / "file")).scan(Witness(), apart=apart))


@pytest.mark.parametrize("apart", [True, False])
def test_a_remote_directory_that_can_not_be_read_is_told(tmp_path: Path, apart: bool) -> None:
    make_too_deep(tmp_path / "long")
    witness = Witness()

    list(LocalDisk(str(tmp_path)).scan(witness, apart=apart))

    assert len(witness.unseen) == 1
