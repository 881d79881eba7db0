"""Do jobs that are done together share their flushes, and does each fail alone?"""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from services.sync import files, flushing
from services.sync.carrying import NOT_AS_PLANNED, Job, TreeFailed, carry
from services.sync.fingerprints import digest_of
from services.sync.open_tree import FEW, OpenTree
from tests.services.sync.carried import always, down, failure_of, left_in, up

COUNT = FEW + 2


class Lost(Exception):
    """The claim is gone."""


def after(steps: int) -> Callable[[], None]:
    """The claim falls after so many steps."""
    left = steps

    def proceed() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Lost

    return proceed


def test_files_are_carried_both_ways_with_their_mtime_and_everything_is_told(trees: tuple[Path, Path]) -> None:
    here, there = trees
    jobs = [up(here, "a/b/new", b"mine"), down(there, "theirs", b""), Job("make here", "x"), Job("make there", "y/z")]

    mine, theirs, made_here, made_there = carry(str(here), str(there), jobs, always)

    assert (there / "a/b/new").read_bytes() == b"mine"
    assert (here / "theirs").read_bytes() == b""
    assert (there / "y/z").is_dir()
    assert (mine.digest, theirs.digest) == (digest_of(b"mine"), digest_of(b""))
    for answer, path in ((mine, "a/b/new"), (theirs, "theirs")):
        for look, root in ((answer.here, here), (answer.there, there)):
            seen = (root / path).stat()
            assert look == (seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_ctime_ns)
        assert (here / path).stat().st_mtime_ns == (there / path).stat().st_mtime_ns
    assert made_here.here is not None and made_here.here[2] == (here / "x").stat().st_ino
    assert made_there.failure is None


def test_two_files_are_compared_by_what_they_hold(trees: tuple[Path, Path]) -> None:
    here, there = trees
    jobs = []
    for path, theirs in (("equal", b"content"), ("other", b"CONTENT")):
        jobs.append(up(here, path)._replace(work="compare", there=down(there, path, theirs).there))

    equal, other = carry(str(here), str(there), jobs, always)

    assert equal.digest == equal.digest_there == other.digest == digest_of(b"content")
    assert other.digest_there == digest_of(b"CONTENT")


def test_each_job_that_can_not_be_done_fails_alone_and_says_on_which_side(trees: tuple[Path, Path]) -> None:
    here, there = trees
    names = ["gone", "grown", "touched", "replaced", "taken", "behind/link", "fine"]
    jobs = [up(here, name) for name in names]
    jobs += [down(there, "edited"), down(there, "occupied"), Job("make there", "taken"), Job("up", "d", (0, 0, None))]
    (here / "gone").unlink()
    (here / "grown").write_bytes(b"more content")
    os.utime(here / "touched", ns=(1, 1))
    (here / "other").write_bytes(b"content")
    os.utime(here / "other", ns=(0, jobs[3].here[1] if jobs[3].here else 0))
    (here / "other").replace(here / "replaced")
    (there / "taken").write_bytes(b"theirs")
    (there / "behind").symlink_to(here)
    (there / "edited").write_bytes(b"CONTENT")
    (here / "occupied").symlink_to("nowhere")
    (here / "d").mkdir()

    answers = carry(str(here), str(there), jobs, always)

    assert answers.pop(names.index("fine")).failure is None
    assert [failure_of(answer) for answer in answers] == [
        ("here", errno.ENOENT),
        ("here", NOT_AS_PLANNED),
        ("here", NOT_AS_PLANNED),
        ("here", NOT_AS_PLANNED),
        ("there", errno.EEXIST),
        ("there", errno.ENOTDIR),
        ("there", NOT_AS_PLANNED),
        ("here", errno.EEXIST),
        ("there", errno.EEXIST),
        ("here", NOT_AS_PLANNED),
    ]
    assert (there / "taken").read_bytes() == b"theirs"
    assert left_in(here, there) == []


def test_contents_share_a_flush_before_their_names_and_the_names_another(
    trees: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = trees
    told: list[str] = []
    move, write = files.move_within, OpenTree.write
    monkeypatch.setattr(flushing, "is_trusted", lambda _descriptor: True)
    monkeypatch.setattr(flushing, "flush", lambda _descriptor: told.append("flush"))
    monkeypatch.setattr(files, "move_within", lambda *args: told.append("move") or move(*args))
    monkeypatch.setattr(OpenTree, "write", lambda *args: told.append("write") or write(*args))

    carry(str(here), str(there), [up(here, f"{number}") for number in range(COUNT)], always)

    assert told == ["write"] * COUNT + ["flush"] + ["move"] * COUNT + ["flush"]


@pytest.mark.parametrize("broken_flush", [1, 2])
def test_a_failed_flush_fails_all_who_waited_for_it_and_the_other_side_goes_on(
    trees: tuple[Path, Path], broken_flush: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = trees
    flush, flushes = OpenTree.flush, 0

    def broken(tree: OpenTree) -> None:
        nonlocal flushes
        flushes += tree.root == str(there)
        if tree.root == str(there) and flushes == broken_flush:
            raise OSError(errno.EIO, "I/O error")
        flush(tree)

    jobs = [up(here, "one"), down(there, "two"), up(here, "three")]
    monkeypatch.setattr(OpenTree, "flush", broken)
    one, two, three = carry(str(here), str(there), jobs, always)

    assert failure_of(one) == failure_of(three) == ("there", errno.EIO)
    assert two.failure is None
    assert (there / "one").exists() is (broken_flush == 2), "no name without its content"
    assert left_in(here, there) == []


@pytest.mark.parametrize("steps", range(2 * COUNT))
def test_all_are_broken_off_when_the_claim_falls_before_any_step(trees: tuple[Path, Path], steps: int) -> None:
    here, there = trees
    jobs = [up(here, f"{number}") for number in range(COUNT)]

    with pytest.raises(Lost):
        carry(str(here), str(there), jobs, after(steps))

    assert len(os.listdir(there)) == max(0, steps - COUNT)
    assert left_in(here, there) == []


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_tree_that_is_not_there_is_no_fault_of_any_job(trees: tuple[Path, Path], side: str) -> None:
    here, there = trees
    job = up(here, "file")
    (here if side == "here" else there).rename(here.parent / "elsewhere")

    with pytest.raises(TreeFailed) as caught:
        carry(str(here), str(there), [job], always)

    assert caught.value.failure[:2] == (side, errno.ENOENT)


def test_a_new_file_has_the_mode_that_any_program_would_give_it(trees: tuple[Path, Path]) -> None:
    here, there = trees
    (there / "usual").touch()

    carry(str(here), str(there), [up(here, "file")], always)

    assert stat.S_IMODE((there / "file").stat().st_mode) == stat.S_IMODE((there / "usual").stat().st_mode)
