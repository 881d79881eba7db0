"""Does a one-way mode never write to its source, and a standby never to the remote?"""

from pathlib import Path

from services.sync.remotes.memory import MemoryRemote, Moment
from tests.services.sync.world import World, text


class Recorder:
    """Writes down every operation that changes the remote, and raises nothing."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str]] = []

    def __call__(self, operation: str, path: str, moment: Moment) -> None:
        if moment is Moment.AFTER and operation in {"upload", "move", "mkdir", "rmdir", "remove"}:
            self.changes.append((operation, path))


async def test_mirror_sends_and_never_changes_the_folder(tmp_path: Path) -> None:
    remote = MemoryRemote()
    world = await World.make(tmp_path, remote, mode="mirror")
    world.write("a", "1")
    world.write("b", "2")
    await world.sync()
    remote.write("a", b"changed there")
    remote.delete("b")
    remote.write("only-there", b"x")
    before = {path: (world.here / path).stat() for path in world.local()}

    await world.sync()

    assert text(remote.files()) == {"a": "1", "b": "2", "only-there": "x"}
    assert {path: (world.here / path).stat() for path in world.local()} == before
    assert b"changed there" in world.kept()


async def test_restore_fetches_and_never_changes_the_remote(tmp_path: Path) -> None:
    remote = MemoryRemote(faults=(recorder := Recorder()))
    remote.write("a", b"1")
    remote.write("d/b", b"2")
    world = await World.make(tmp_path, remote, mode="restore")
    await world.sync()
    world.write("a", "edited here")
    (world.here / "d/b").unlink()
    world.write("mine", "x")

    await world.sync()

    assert text(world.local()) == {"a": "1", "d/b": "2", "mine": "x"}
    assert recorder.changes == []
    assert b"edited here" in world.kept()


async def test_a_standby_restores_and_leaves_the_remote_to_the_writer(tmp_path: Path) -> None:
    remote = MemoryRemote(faults=(recorder := Recorder()))
    remote.write("a", b"1")
    world = await World.make(tmp_path, remote)
    world.write("mine", "x")

    result = await world.once(writer=False)

    assert text(world.local()) == {"a": "1", "mine": "x"}
    assert recorder.changes == []
    assert result.tally.left == 1
