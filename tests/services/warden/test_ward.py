"""Does the warden restart, kill and give up, under a real supervisord?"""

import asyncio
import json
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from helix.board import Board
from helix.core.health import MISCONFIGURED, Check, ProgramState, Report, Status
from helix.settings import from_env
from helix.supervisor import Supervisor
from services.warden import ward as ward_module
from services.warden.events import ProcessEvent
from services.warden.ward import Ward
from tests.running import crowding, eventually, eventually_async
from tests.services.warden import toys


def ask(settings_socket: object, program: str) -> ProgramState:
    async def once() -> ProgramState:
        async with Supervisor(settings_socket, timeout=30.0) as supervisor:  # type: ignore[arg-type]
            return (await supervisor.programs())[program]

    return asyncio.run(once())


def test_a_program_that_dies_at_its_start_ends_the_container_with_a_note() -> None:
    with toys.supervised(sync=toys.DIES, health=toys.STAYS) as running:
        status = running.process.wait(30 * crowding())
        note = json.loads((running.settings.run_dir / "exit.json").read_text())

        # supervisord itself calls it a success: that is why there is a note
        assert status == 0
        assert note["status"] == 70
        assert "sync can't be kept up" in note["cause"]
        assert note["remedy"]


def test_a_program_that_refuses_its_settings_is_named_with_its_own_last_words() -> None:
    with toys.supervised(essential="health,sync,bot", bot=toys.REFUSES, health=toys.STAYS, sync=toys.STAYS) as running:
        running.process.wait(30 * crowding())
        note = json.loads((running.settings.run_dir / "exit.json").read_text())

        assert note == {
            "status": 78,
            "cause": "Discord refused the bot's token",
            "remedy": "set DISCORD_BOT_TOKEN",
        }


def test_another_program_that_refuses_its_settings_is_left_down_and_the_rest_goes_on() -> None:
    with toys.supervised(bot=toys.REFUSES, health=toys.STAYS, sync=toys.STAYS) as running:
        eventually(lambda: "program_left_down" in running.log(), what="the warden leaves the bot down")
        report = eventually(lambda: warden_check(running, "bot:restarts", "fail"))

        assert report["output"] == "Discord refused the bot's token"
        assert running.process.poll() is None
        assert "program_restarted" not in running.log()


def test_an_orderly_stop_is_nothing_to_warn_of() -> None:
    with toys.supervised(sync=toys.STOPS_SLOWLY, health=toys.STAYS) as running:
        eventually(lambda: ask(running.settings.supervisor_socket, "sync").state == "RUNNING")

        running.process.terminate()

        assert running.process.wait(30 * crowding()) == 0
        assert '"subject": "sync", "state": "STOPPING"' in running.log()
        assert '"WARNING"' not in running.log()


def test_a_killed_program_comes_back_and_its_restart_is_not_hidden() -> None:
    with toys.supervised(sync=toys.STAYS, health=toys.STAYS, bot=toys.STAYS) as running:
        socket = running.settings.supervisor_socket
        before = eventually(lambda: ask(socket, "sync").pid)
        eventually(lambda: ask(socket, "sync").state == "RUNNING")

        os.kill(before, signal.SIGKILL)

        eventually(lambda: ask(socket, "sync").pid not in (0, before), what="a new sync")
        check = eventually(lambda: warden_check(running, "sync:restarts", "warn"))
        assert "after a signal" in check["output"]
        metrics = (running.settings.run_dir / "warden.prom").read_text()
        assert 'helix_program_restarts_total{program="sync"} 1.0' in metrics
        assert 'helix_program_exits_total{program="sync",reason="signal"} 1.0' in metrics
        assert 'helix_program_exits_total{program="bot",reason="signal"} 0.0' in metrics


@pytest.mark.parametrize("script", [toys.BEATS_ONCE, toys.STAYS], ids=["stops beating", "never beats"])
async def test_a_program_that_does_not_beat_is_killed_and_restarted(script: str) -> None:
    with toys.supervised(warden=False, sync=script) as running:
        async with Supervisor(running.settings.supervisor_socket, timeout=30.0) as supervisor:
            ward = Ward(running.settings, supervisor, hung_seconds=1.5)
            watching = asyncio.create_task(ward.watch())

            async def restarted() -> bool:
                return bool(ward.restarted.get("sync"))

            await eventually_async(restarted)
            watching.cancel()

        assert ward.exits["sync"][0].reason == "hang"


class Noting:
    """A supervisor that knows one state of each program, and notes who is killed or started."""

    def __init__(self, **states: ProgramState) -> None:
        self.states = states
        self.killed: list[str] = []
        self.started: list[str] = []

    async def programs(self) -> dict[str, ProgramState]:
        return self.states

    async def start(self, program: str) -> None:
        self.started.append(program)

    async def kill(self, program: str) -> None:
        self.killed.append(program)


@pytest.mark.parametrize(("held_up", "killed"), [(False, ["sync"]), (True, [])])
async def test_who_was_silent_while_the_warden_was_held_up_itself_is_not_taken_for_hung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held_up: bool, killed: list[str]
) -> None:
    """A frozen container, or a disk that hangs, stops all programs and the warden together."""
    clock = 1000.0
    monkeypatch.setattr(ward_module, "time", SimpleNamespace(monotonic=lambda: clock, time=time.time))
    supervisor = Noting()
    ward = Ward(from_env({"HELIX_HOME": str(tmp_path)}, cwd=tmp_path), supervisor)  # type: ignore[arg-type]
    seen = {"sync": ProgramState("sync", "RUNNING", 7, time.time(), 0)}

    for seconds in (0.0, 60.0) if held_up else (0.0, *[1.0] * 31):
        clock += seconds
        await ward._look(seen)

    assert supervisor.killed == killed


@pytest.mark.parametrize(("said_before", "is_of_this_life"), [(0.0, True), (60.0, False)])
async def test_last_words_count_however_late_the_warden_hears_of_the_start(
    tmp_path: Path, said_before: float, is_of_this_life: bool
) -> None:
    """While the warden itself starts, supervisord keeps its events for it."""
    settings = from_env({"HELIX_HOME": str(tmp_path)}, cwd=tmp_path)
    settings.run_dir.mkdir()
    began = time.time() - 5
    words = Check("bot:gateway", Status.FAIL, "Discord refused the bot's token", "set DISCORD_BOT_TOKEN")
    said = Report("bot", 7, "1.0", "abc", MISCONFIGURED, began - said_before, began - said_before, (words,))
    Board(settings.run_dir).post(said)
    supervisor = Noting(bot=ProgramState("bot", "FATAL", 0, began, 0))
    ward = Ward(settings, supervisor)  # type: ignore[arg-type]

    ward.deliver(ProcessEvent("bot", "STARTING", "STOPPED"))
    ward.deliver(ProcessEvent("bot", "FATAL", "BACKOFF"))

    async def handled() -> bool:
        return bool(ward.down or supervisor.started)

    await eventually_async(handled)
    assert ("bot" in ward.down) == is_of_this_life


async def test_a_program_stopped_by_hand_stays_stopped() -> None:
    with toys.supervised(warden=False, bot=toys.STAYS) as running:
        async with Supervisor(running.settings.supervisor_socket, timeout=30.0) as supervisor:

            async def state(wanted: str) -> bool:
                return (await supervisor.programs())["bot"].state == wanted

            ward = Ward(running.settings, supervisor)
            await eventually_async(lambda: state("RUNNING"))
            watching = asyncio.create_task(ward.watch())
            await supervisor.stop("bot")
            await eventually_async(lambda: state("STOPPED"))
            await ward._look(await supervisor.programs())
            watching.cancel()

        assert ward.restarted == {}
        assert ward.exits == {}


def warden_check(running: toys.Toys, name: str, status: str) -> dict[str, str] | None:
    """Give the warden's check of that name once it has that status."""
    report = json.loads((running.settings.run_dir / "warden.json").read_text())
    return next((check for check in report["checks"] if check["name"] == name and check["status"] == status), None)
