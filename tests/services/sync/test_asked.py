"""Does a person who asks for a pass hear of all that stood in the folder when they asked?"""

import asyncio
from pathlib import Path

import pytest

from helix.errors import Refused
from services.sync.asked import GRACE_SECONDS, Asked
from services.sync.journal.history import Run
from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.keeping import at_rest, keeping

SETTLE = 3.0


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def ran(outcome: str = "nothing", *, started: float = 1.0, waiting: int = 0, **counts: int) -> Run:
    return Run(started, started + 0.5, outcome, waiting=waiting, **counts)


def passed(asked: Asked, run: Run, *, paused: bool = False, unfinished: bool = False) -> None:
    asked.begin()
    asked.ended(run, paused=paused, unfinished=unfinished)


async def test_a_file_that_was_saved_right_before_is_in_the_answer(tmp_path: Path) -> None:
    remote = MemoryRemote()
    async with keeping(tmp_path, remote, settle_seconds=1.0) as keeper:
        await at_rest(keeper)
        (tmp_path / "here/new").write_bytes(b"just saved")

        run = await keeper.ask()

        assert (run.outcome, run.uploaded, run.waiting) == ("done", 1, 0)
        assert remote.files() == {"new": b"just saved"}


async def test_what_is_still_written_is_pending_and_told(tmp_path: Path) -> None:
    remote = MemoryRemote()
    async with keeping(tmp_path, remote, settle_seconds=3600.0) as keeper:
        await at_rest(keeper)
        (tmp_path / "here/new").write_bytes(b"just saved")

        asked = keeper.ask()
        await keeper.one_pass()

        assert not asked.done()
        assert keeper.standing.pending == 1
        assert keeper.standing.last_run is not None
        assert (keeper.standing.last_run.outcome, keeper.standing.last_run.waiting) == ("nothing", 1)


async def test_passes_until_all_has_settled_are_told_as_one() -> None:
    asked = Asked(SETTLE, Clock())
    answer = asked.ask()

    passed(asked, ran("done", started=1.0, waiting=1, uploaded=2, bytes=20))
    assert not answer.done()
    passed(asked, ran("done", started=4.0, uploaded=1, bytes=5))

    assert await answer == Run(1.0, 4.5, "done", uploaded=3, bytes=25)


async def test_a_pass_that_does_nothing_more_does_not_hide_what_was_done() -> None:
    asked = Asked(SETTLE, Clock())
    answer = asked.ask()

    passed(asked, ran("done", conflicts=1), unfinished=True)
    passed(asked, ran("nothing", started=2.0))

    assert (await answer).outcome == "done"
    assert (await answer).conflicts == 1


async def test_what_is_written_after_the_question_is_not_waited_for() -> None:
    clock = Clock()
    asked = Asked(SETTLE, clock)
    answer = asked.ask()
    passed(asked, ran(waiting=1))
    clock.now += SETTLE + GRACE_SECONDS

    passed(asked, ran(waiting=2))

    assert (await answer).waiting == 2


@pytest.mark.parametrize("outcome", ["partial", "failed", "guarded", "stopped"])
async def test_trouble_is_told_at_once(outcome: str) -> None:
    asked = Asked(SETTLE, Clock())
    answer = asked.ask()

    passed(asked, ran(outcome, waiting=1), unfinished=True)

    assert (await answer).outcome == outcome


async def test_a_pass_that_had_begun_is_no_answer() -> None:
    asked = Asked(SETTLE, Clock())
    asked.begin()
    answer = asked.ask()

    asked.ended(ran("done"), paused=False, unfinished=False)
    assert not answer.done()
    passed(asked, ran("nothing"))

    assert (await answer).outcome == "nothing"


async def test_a_pause_answers_those_who_wait_for_a_pass() -> None:
    asked = Asked(SETTLE, Clock())
    waited = asked.ask()
    passed(asked, ran("done", waiting=1))
    new = asked.ask()

    asked.give_up()

    assert (await waited).waiting == 1
    with pytest.raises(Refused, match="paused"):
        await new


async def test_a_pause_lets_the_pass_under_way_answer() -> None:
    asked = Asked(SETTLE, Clock())
    answer = asked.ask()
    asked.begin()

    asked.give_up()
    asked.ended(ran("done", waiting=1), paused=True, unfinished=True)

    assert (await answer).outcome == "done"


async def test_one_who_has_gone_hinders_nobody() -> None:
    asked = Asked(SETTLE, Clock())
    gone, stays = asked.ask(), asked.ask()
    gone.cancel()

    passed(asked, ran("done"))
    asked.give_up()

    assert (await stays).outcome == "done"


async def test_a_folder_that_is_paused_answers_who_still_waits(tmp_path: Path) -> None:
    async with keeping(tmp_path, MemoryRemote(), settle_seconds=3600.0) as keeper:
        await at_rest(keeper)
        (tmp_path / "here/new").write_bytes(b"just saved")
        asked = keeper.ask()
        await keeper.one_pass()

        await keeper.pause(True)

        async with asyncio.timeout(30):
            assert (await asked).waiting == 1
