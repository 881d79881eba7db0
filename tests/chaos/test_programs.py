"""Does Helix tell the truth when a program is killed or stopped, and does it heal?"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.chaos.same_words import everywhere, told
from tests.running import Helix, eventually

pytestmark = pytest.mark.xdist_group("chaos-programs")


@pytest.mark.parametrize("program", ["sync", "bot", "health"])
def test_a_killed_program_comes_back_and_the_restart_is_told(helix: Helix, program: str) -> None:
    running = f'helix_program_state{{program="{program}",state="RUNNING"}} 1.0'
    # of an end within the first 3 s supervisord keeps no status
    eventually(lambda: running in helix.get("/metrics").text, what=f"{program} has begun")
    before = helix.signal(program, signal.SIGKILL)

    after = eventually(lambda: pid_other_than(helix, program, before), what=f"a new {program}")

    assert after != before
    assert everywhere(helix, f"{program} was restarted in the last 5 minutes, after a signal", code=200)
    assert f'helix_program_restarts_total{{program="{program}"}} 1.0' in helix.get("/metrics").text


def test_a_killed_sync_makes_it_not_ready_until_it_is_back(helix: Helix) -> None:
    with stopped(helix, "warden"):  # so that it stays away until somebody has looked
        helix.signal("sync", signal.SIGKILL)

        assert eventually(lambda: helix.get("/readyz").status == 503, what="503 while sync is away")
    helix.wait_ready()

    assert helix.get("/livez").status == 200


def test_a_stopped_sync_is_called_hung_everywhere_and_heals(helix: Helix) -> None:
    with stopped(helix, "warden", "sync"):
        assert everywhere(helix, "sync is hung")

    assert helix.get("/livez").status == 200
    helix.wait_ready()


def test_a_stopped_bot_is_told_and_does_not_make_it_unready(helix: Helix) -> None:
    with stopped(helix, "warden", "bot"):
        assert everywhere(helix, "bot is hung", code=200)

    assert eventually(lambda: told(helix, "bot is hung", 200) is None, what="the bot's recovery")


@contextmanager
def stopped(helix: Helix, *programs: str) -> Iterator[None]:
    """Stop programs; without the warden nobody restarts another before the slowest of all outlets has been asked."""
    pids = [helix.signal(program, signal.SIGSTOP) for program in programs]
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


def pid_other_than(helix: Helix, program: str, before: int) -> int | None:
    pid = helix.pid(program)
    return pid if pid != before else None
