"""Do a pause and an answer to a guard rail outlive the program, and is an answer used once, for no more than shown?"""

from pathlib import Path

import pytest

from helix.core.guards import TripKind
from helix.parsing import DeleteLimit
from services.sync import views
from services.sync.decisions import Answer
from services.sync.journal.errors import JournalFailed
from services.sync.keeper import Keeper
from services.sync.remotes.errors import Unreachable
from services.sync.remotes.memory import MemoryRemote, Moment
from services.sync.standing import Phase
from tests.services.sync.keeping import at_rest, keeping, tripped
from tests.services.sync.running import eventually

COUNT = 40


class Failing:
    """The remote breaks at the n-th call of one operation, until it is mended."""

    def __init__(self) -> None:
        self.operation = ""
        self.left = 0

    def __call__(self, operation: str, _path: str, moment: Moment) -> None:
        if moment is Moment.BEFORE and operation == self.operation:
            self.left -= 1
            if self.left < 0:
                raise Unreachable("gone", retry_after=0.1)


def filled(remote: MemoryRemote, prefix: str = "") -> MemoryRemote:
    for number in range(COUNT):
        remote.write(f"{prefix}{number}", b"x")
    return remote


def unlink(base: Path, pattern: str) -> None:
    for file in (base / "here").glob(pattern):
        file.unlink()


async def delete_locally(keeper: Keeper) -> None:
    """Delete between two passes, so that the next sees all of it."""
    async with keeper.busy:
        unlink(Path(keeper.cycle.root).parent, "[0-9]*")


async def test_a_pause_outlives_the_program_and_is_shown(tmp_path: Path) -> None:
    remote = filled(MemoryRemote())
    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await keeper.pause(True)

    remote.write("new", b"x")
    async with keeping(tmp_path, MemoryRemote(remote.store)) as again:
        await eventually(lambda: again.standing.phase is Phase.PAUSED)

        assert again.paused
        assert again.standing.restored
        assert views.folder(again)["files"] == {"local": COUNT, "remote": COUNT}
        assert not (tmp_path / "here/new").exists()

        await again.pause(False)
        await eventually((tmp_path / "here/new").exists)
    async with keeping(tmp_path, MemoryRemote(remote.store)) as third:
        await eventually(lambda: third.standing.phase is Phase.IDLE)
        assert not third.paused


async def test_a_paused_folder_whose_files_are_not_there_is_not_called_restored(tmp_path: Path) -> None:
    remote = filled(MemoryRemote())
    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await keeper.pause(True)
    (tmp_path / "here").rename(tmp_path / "unmounted")
    (tmp_path / "here").mkdir()

    async with keeping(tmp_path, MemoryRemote(remote.store)) as again:
        await eventually(lambda: again.standing.phase is Phase.PAUSED)

        assert not again.standing.restored


async def test_a_pause_that_can_not_be_written_holds_and_says_for_how_long(tmp_path: Path) -> None:
    async with keeping(tmp_path, MemoryRemote()) as keeper:
        await eventually(lambda: keeper.standing.restored)
        async with keeper.busy:  # a pass would open the journal again
            keeper.cycle.journal.close()

            with pytest.raises(JournalFailed, match="only until the next start"):
                await keeper.pause(True)

        assert keeper.paused


async def test_an_answer_given_right_before_a_crash_is_used_once(tmp_path: Path) -> None:
    remote = filled(MemoryRemote())
    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await delete_locally(keeper)
        trip = await tripped(keeper)
        async with keeper.busy:  # the program dies before a pass can use it
            await keeper.decide(trip, proceed=True)
            keeper.decisions.paused = True

    async with keeping(tmp_path, MemoryRemote(remote.store)) as again:
        await eventually(lambda: remote.files() == {}, "the answer holds")
        await at_rest(again)
        assert again.decisions.answer == Answer()

        filled(remote)
        await eventually(lambda: len(list((tmp_path / "here").glob("[0-9]*"))) == COUNT)
        await at_rest(again)
        await delete_locally(again)
        await tripped(again)

        assert len(remote.files()) == COUNT


async def test_an_answer_never_covers_a_bigger_deletion_than_was_shown(tmp_path: Path) -> None:
    remote = filled(filled(MemoryRemote()), "more")
    remote.write("stays", b"x")
    async with keeping(tmp_path, remote, max_delete=_limit(20)) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await delete_locally(keeper)
        trip = await tripped(keeper)
        assert trip.figures["amount"] == COUNT
        async with keeper.busy:
            unlink(tmp_path, "more*")
            await keeper.decide(trip, proceed=True)

    async with keeping(tmp_path, MemoryRemote(remote.store), max_delete=_limit(20)) as again:
        bigger = await tripped(again)

        assert bigger.figures["amount"] == 2 * COUNT
        assert len(remote.files()) == 2 * COUNT + 1
        assert again.decisions.answer == Answer()


async def test_a_pass_that_broke_off_may_do_the_rest_of_what_was_shown_and_no_more(tmp_path: Path) -> None:
    weather = Failing()
    remote = filled(filled(MemoryRemote(faults=weather)), "more")
    remote.write("stays", b"x")
    async with keeping(tmp_path, remote, max_delete=_limit(5)) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await delete_locally(keeper)
        trip = await tripped(keeper)
        weather.operation, weather.left = "move", 15

        await keeper.decide(trip, proceed=True)

        await eventually(lambda: keeper.standing.error is not None, "the pass breaks off")
        async with keeper.busy:
            gone = 2 * COUNT + 1 - len(remote.files())
            unlink(tmp_path, "more*")
            weather.operation = ""
        await eventually(lambda: keeper.standing.trip is not None and keeper.standing.error is None, "it asks again")
        assert 0 < gone < COUNT
        assert len(remote.files()) == 2 * COUNT + 1 - gone


async def test_what_was_to_come_back_comes_back_though_the_pass_breaks_off(tmp_path: Path) -> None:
    weather = Failing()
    remote = filled(MemoryRemote(faults=weather))
    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await delete_locally(keeper)
        trip = await tripped(keeper)
        weather.operation, weather.left = "download", COUNT - 5  # so few are left that no rail would ask

        await keeper.decide(trip, proceed=False)

        await eventually(lambda: keeper.standing.error is not None, "the pass breaks off")
    weather.operation = ""
    async with keeping(tmp_path, MemoryRemote(remote.store)) as again:
        await at_rest(again)

        assert len(list((tmp_path / "here").glob("[0-9]*"))) == COUNT
        assert len(remote.files()) == COUNT


async def test_two_rails_one_after_the_other_are_answered_one_after_the_other(tmp_path: Path) -> None:
    remote = filled(MemoryRemote())
    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.restored)
        async with keeper.busy:
            (tmp_path / "here").rename(tmp_path / "other")
            (tmp_path / "here").mkdir()
            (tmp_path / "here/mine").write_text("x")
        first = await tripped(keeper)
        await keeper.decide(first, proceed=True)
        await eventually(lambda: keeper.standing.trip is not None and keeper.standing.trip.kind is not first.kind)
        second = await tripped(keeper)

        await keeper.decide(second, proceed=True)

        await eventually(lambda: set(remote.files()) == {"mine"})
        assert (first.kind, second.kind) == (TripKind.UNMARKED_ROOT, TripKind.MASS_DELETION)


def _limit(count: int) -> DeleteLimit:
    return DeleteLimit(None, count)
