"""Does an edit lead to a look where it is, and to no more?"""

import asyncio
from pathlib import Path

from services.sync.lease import Lease
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.remotes.memory import MemoryRemote, Moment
from tests.contracts.lease_contract import ELSEWHERE
from tests.services.sync.keeping import at_rest, keeping
from tests.services.sync.running import eventually


class Asked:
    """Which directories of the remote were listed."""

    def __init__(self) -> None:
        self.whole = 0
        self.near: set[str] = set()

    def __call__(self, operation: str, path: str, moment: Moment) -> None:
        if moment is Moment.BEFORE:
            self.whole += operation == "listing"
            self.near |= {path} if operation == "children" else set()


async def test_an_edit_is_synced_by_a_look_at_its_directory_and_counted(tmp_path: Path) -> None:
    asked, remote = Asked(), MemoryRemote()
    remote.write("d/e/file", b"old")
    remote.write("f/other", b"other")
    remote.faults = asked
    async with keeping(tmp_path, remote, scan_seconds=600.0) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await eventually(lambda: (tmp_path / "here/d/e/file").write_bytes(b"longer than before") and asked.near)
        await at_rest(keeper)
        whole = asked.whole

        (tmp_path / "here/d/e/new").write_bytes(b"new")
        await eventually(lambda: remote.read("d/e/new") == b"new")

        await eventually(lambda: keeper.standing.counts is not None and keeper.standing.counts.remote_files == 3)
        counts = keeper.standing.counts
        assert counts is not None
        assert (counts.local_files, counts.local_bytes, counts.remote_bytes) == (3, 26, 26)
        assert asked.near == {"d/e"}
        assert asked.whole == whole


async def test_what_a_first_pass_did_on_the_other_side_is_counted_at_its_end(tmp_path: Path) -> None:
    remote = MemoryRemote()
    remote.write("theirs", b"theirs")
    (tmp_path / "here").mkdir()
    (tmp_path / "here/ours").write_bytes(b"ours")

    async with keeping(tmp_path, remote) as keeper:
        await eventually(lambda: keeper.standing.passes >= 1 and keeper.standing.tally is None)

        counts = keeper.standing.counts
        assert counts is not None
        assert (counts.local_files, counts.local_bytes) == (2, 10)
        assert (counts.remote_files, counts.remote_bytes) == (2, 10)


async def test_what_still_waits_when_everything_is_counted_is_not_counted_twice(tmp_path: Path) -> None:
    remote = MemoryRemote()
    for name in ("edited", "deleted", "stays"):
        remote.write(name, b"1234567890")
    async with keeping(tmp_path, remote, settle_seconds=1.0, scan_seconds=600.0) as keeper:
        await at_rest(keeper)
        (tmp_path / "here/new").write_bytes(b"new")
        (tmp_path / "here/edited").write_bytes(b"edited")
        (tmp_path / "here/deleted").unlink()

        run = await keeper.ask()

        assert (run.uploaded, run.trashed, run.waiting) == (2, 1, 0)
        await eventually(lambda: keeper.standing.totals == (3, 19))
        counts = keeper.standing.counts
        assert counts is not None
        assert (counts.local_files, counts.local_bytes) == (3, 19)
        assert (counts.remote_files, counts.remote_bytes) == (3, 19)


async def test_a_request_looks_everywhere(tmp_path: Path) -> None:
    asked = Asked()
    async with keeping(tmp_path, MemoryRemote(faults=asked), scan_seconds=600.0) as keeper:
        await eventually(lambda: keeper.standing.passes >= 2)
        whole = asked.whole

        await keeper.ask()

        assert asked.whole > whole


async def test_a_standby_forgets_nothing_that_is_left_to_the_writer(tmp_path: Path) -> None:
    remote = MemoryRemote()
    for name in ("d/x", "e/x", "f/x"):
        remote.write(name, b"old")
    writer = Lease(RemoteFileStore(remote), f"home@{ELSEWHERE}", on_change=lambda: None)
    await writer.step()
    assert writer.held
    renewing = asyncio.create_task(writer.run())
    async with keeping(tmp_path, remote, scan_seconds=600.0) as keeper:
        await eventually(lambda: keeper.standing.restored)
        await at_rest(keeper)
        (tmp_path / "here/d/new").write_bytes(b"new")
        (tmp_path / "here/e/new").write_bytes(b"new")
        await eventually(lambda: keeper.standing.pending == 2)

        (tmp_path / "here/f/new").write_bytes(b"new")

        await eventually(lambda: keeper.standing.pending == 3)
        assert (await keeper.ask()).left == 3
    renewing.cancel()
