"""Does Helix tell the truth when a program is killed or stopped, and does it heal?"""

import os
import signal
import time

import pytest

from tests.chaos.same_words import everywhere, told
from tests.running import Helix, eventually

pytestmark = pytest.mark.xdist_group("chaos-programs")


@pytest.mark.parametrize("program", ["sync", "bot", "health"])
def test_a_killed_program_comes_back_and_the_restart_is_told(helix: Helix, program: str) -> None:
    before = helix.signal(program, signal.SIGKILL)

    after = eventually(lambda: pid_other_than(helix, program, before), what=f"a new {program}")

    assert after != before
    assert everywhere(helix, f"{program} was restarted in the last 5 minutes, after a signal", code=200)
    assert f'helix_program_restarts_total{{program="{program}"}} 1.0' in helix.get("/metrics").text


def test_a_killed_sync_makes_it_not_ready_until_it_is_back(helix: Helix) -> None:
    helix.signal("sync", signal.SIGKILL)

    assert eventually(lambda: helix.get("/readyz").status == 503, what="503 while sync is away")
    helix.wait_ready()

    assert helix.get("/livez").status == 200


def test_a_stopped_sync_is_called_hung_everywhere_and_heals(helix: Helix) -> None:
    pid = helix.signal("sync", signal.SIGSTOP)
    started = time.monotonic()
    try:
        cause = everywhere(helix, "sync is hung")
        seconds = time.monotonic() - started
    finally:
        os.kill(pid, signal.SIGCONT)

    print(f"told after {seconds:.1f} s: {cause}")
    assert helix.get("/livez").status == 200
    helix.wait_ready()


def test_a_stopped_bot_is_told_and_does_not_make_it_unready(helix: Helix) -> None:
    pid = helix.signal("bot", signal.SIGSTOP)
    try:
        assert everywhere(helix, "bot is hung", code=200)
    finally:
        os.kill(pid, signal.SIGCONT)

    assert eventually(lambda: told(helix, "bot is hung", 200) is None, what="the bot's recovery")


def pid_other_than(helix: Helix, program: str, before: int) -> int | None:
    pid = helix.pid(program)
    return pid if pid != before else None
