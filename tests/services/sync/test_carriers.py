"""Do processes of their own carry as well as we do ourselves, and is one that dies or freezes told and gone?"""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from services.sync import carriers
from services.sync.carriers import FEW, SIDE_BY_SIDE, CarrierFailed, Carriers
from services.sync.carrying import Job, TreeFailed
from services.sync.lease import LeaseLost
from tests.running.patience import crowding
from tests.services.sync.carried import always, descriptors, down, failure_of, in_a_thread, processes, up

DEADLINE = 20.0


@pytest.fixture
def apart(trees: tuple[Path, Path]) -> Iterator[Carriers]:
    """Those that have begun."""
    with closing(Carriers(*map(str, trees))) as made:
        made.expect(FEW)
        yield made


@pytest.mark.parametrize("expected", [FEW, FEW - 1])
def test_whoever_carries_gives_the_same_answers(trees: tuple[Path, Path], expected: int) -> None:
    here, there = trees
    jobs = [up(here, "É/ü"), down(there, "with\nnewline", b""), Job("make here", "d"), Job("make there", "e/f")]
    jobs += [up(here, "same")._replace(work="compare", there=down(there, "same", b"other").there)]
    jobs += [Job("up", "gone", (1, 1, 1))]
    with closing(Carriers(str(here), str(there))) as whoever:
        whoever.expect(expected)
        first = whoever.carry(jobs, always)
        again = whoever.carry(jobs, always)

    assert [answer.failure and answer.failure[0] for answer in first] == [None] * 5 + ["here"]
    assert (there / "É/ü").read_bytes() == b"content"
    assert (here / "with\nnewline").read_bytes() == b""
    assert first[4].digest != first[4].digest_there
    assert [failure_of(answer)[0] for answer in again if answer.failure] == ["there", "here", "here"]


def test_processes_are_started_for_many_jobs_only_and_once(trees: tuple[Path, Path]) -> None:
    with closing(Carriers(*map(str, trees))) as made:
        made.expect(FEW - 1)
        before = len(processes(os.getpid()))
        made.expect(FEW)
        made.expect(2 * FEW)

        assert (before, len(processes(os.getpid()))) == (0, SIDE_BY_SIDE)


def test_processes_begin_before_the_first_batch_are_kept_for_the_next_and_end_with_the_last(
    trees: tuple[Path, Path],
) -> None:
    before = descriptors()
    apart = Carriers(*map(str, trees))
    apart.expect(FEW)
    begun = processes(os.getpid())
    apart.carry([up(trees[0], "one")], always)
    apart.carry([up(trees[0], "two")], always)

    assert len(begun) == SIDE_BY_SIDE
    assert processes(os.getpid()) == begun
    apart.close()
    assert not any(process.is_running() for process in begun)
    assert descriptors() - before == set()


def test_an_order_and_an_answer_may_be_longer_than_what_a_socket_holds(apart: Carriers) -> None:
    jobs = [Job("make there", f"{'long' * 50}/{number}") for number in range(3000)]

    answers = apart.carry(jobs, always)

    assert [answer.failure for answer in answers] == [None] * 3000


def test_a_batch_that_takes_longer_than_a_go_ahead_gets_another_as_long_as_the_claim_holds(
    trees: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriers, "GO_SECONDS", 0.004)
    monkeypatch.setattr(carriers, "LOOK_SECONDS", 0.01)
    asked: list[None] = []
    jobs = [up(trees[0], f"{number}") for number in range(300)]
    with closing(Carriers(*map(str, trees))) as apart:
        apart.expect(FEW)
        answers = apart.carry(jobs, lambda: asked.append(None))

    assert [answer.failure for answer in answers] == [None] * 300
    assert len(asked) > 2


@pytest.mark.parametrize("root", ["here", "there"])
def test_a_tree_that_is_not_there_is_told_and_the_process_goes_on(
    trees: tuple[Path, Path], apart: Carriers, root: str
) -> None:
    gone = trees[0].parent / root
    gone.rename(gone.with_name("aside"))

    with pytest.raises(TreeFailed) as caught:
        apart.carry([Job("make there", "d")], always)

    gone.with_name("aside").rename(gone)
    assert caught.value.failure[0] == root
    assert apart.carry([Job("make there", "d")], always)[0].failure is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_dies_in_a_batch_is_an_error_and_the_next_batch_has_another(
    trees: tuple[Path, Path], apart: Carriers, how: signal.Signals
) -> None:
    for process in processes(os.getpid()):
        process.suspend()  # so that it is in the midst of the batch
    thread, errors = in_a_thread(lambda: apart.carry([up(trees[0], "file")], always))
    for process in processes(os.getpid()):
        process.send_signal(how)
        with suppress(psutil.NoSuchProcess):  # it was killed, frozen as it was
            process.resume()
    thread.join(DEADLINE * crowding())

    assert [str(error).split(" (")[0] for error in errors] == [
        f"the process that copies small files ended early: exit status -{how.value}"
    ]
    for _ in range(SIDE_BY_SIDE - 1):
        with pytest.raises(CarrierFailed):
            apart.carry([up(trees[0], "other")], always)  # those are dead as well
    assert apart.carry([up(trees[0], "last")], always)[0].failure is None


def test_a_frozen_process_is_killed_within_a_bound_and_told(
    trees: tuple[Path, Path], apart: Carriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = processes(os.getpid())
    for process in frozen:
        process.suspend()
    monkeypatch.setattr(carriers, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(carriers, "END_SECONDS", 0.1)

    with pytest.raises(CarrierFailed, match=r"has not answered for 0 s .*look at disks"):
        apart.carry([up(trees[0], "file")], always)

    left = [process for process in frozen if process.is_running()]
    for process in left:
        process.resume()
    assert len(left) == SIDE_BY_SIDE - 1
    assert os.listdir(trees[1]) == []


def test_a_claim_that_falls_while_a_process_is_at_work_ends_it(
    trees: tuple[Path, Path], apart: Carriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for process in processes(os.getpid()):
        process.suspend()
    monkeypatch.setattr(carriers, "END_SECONDS", 0.1)
    asked = 0

    def fence() -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise LeaseLost("somebody else writes")

    with pytest.raises(LeaseLost):
        apart.carry([up(trees[0], "file")], fence)

    left = processes(os.getpid())
    for process in left:
        process.resume()
    assert len(left) == SIDE_BY_SIDE - 1
    assert os.listdir(trees[1]) == []


def test_without_a_claim_nothing_is_ordered(trees: tuple[Path, Path], apart: Carriers) -> None:
    def fence() -> None:
        raise LeaseLost("somebody else writes")

    with pytest.raises(LeaseLost):
        apart.carry([up(trees[0], "file")], fence)

    assert os.listdir(trees[1]) == []


def test_a_process_that_can_not_be_started_is_an_error(
    trees: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    with pytest.raises(CarrierFailed, match="can't be started: No such file"):
        Carriers(*map(str, trees)).expect(FEW)


def test_no_room_for_another_socket_is_an_error_of_the_process(
    trees: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("socket.socketpair", full)

    with pytest.raises(CarrierFailed, match="can't be started: Too many open files"):
        Carriers(*map(str, trees)).expect(FEW)


def test_a_process_that_is_started_after_the_end_of_the_pass_ends_at_once(trees: tuple[Path, Path]) -> None:
    late = Carriers(*map(str, trees))
    late.close()

    late.expect(FEW)

    assert processes(os.getpid()) == []


def test_a_process_that_can_not_begin_says_why(trees: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sync.apart._CODE", str(trees[0]))
    apart = Carriers(*map(str, trees))
    apart.expect(FEW)

    with closing(apart), pytest.raises(CarrierFailed, match="No module named 'services'"):
        apart.carry([up(trees[0], "file")], always)


def test_a_process_ends_with_the_program_that_started_it(trees: tuple[Path, Path]) -> None:
    code = (
        "import sys, time\nfrom services.sync.carriers import Carriers\n"
        f"made = Carriers(*sys.argv[1:])\nmade.expect({FEW})\nprint('begun', flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, *map(str, trees)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    left = processes(parent.pid)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert len(left) == SIDE_BY_SIDE
    for process in left:
        process.wait(DEADLINE * crowding())
