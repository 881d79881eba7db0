"""What is seen of several nodes of one name, which MEGA allows, and is nothing taken for deleted because of them?"""

from pathlib import Path

import pytest

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.walk import Witness
from tests.emulators.mega import Account
from tests.services.sync.remotes.mega_account import FOLDER
from tests.services.sync.remotes.mega_far import MegaFar
from tests.services.sync.world import World


async def test_two_files_of_one_name_are_listed_once_the_newer(me: Account, remote: MegaRemote) -> None:
    me.put(f"{FOLDER}/a", b"old")
    newer = me.put(f"{FOLDER}/b", b"newer")
    me.rename(f"{FOLDER}/b", "a")

    assert [(e.path, e.etag) async for batch in remote.listing() for e in batch] == [("a", newer)]


async def test_an_empty_directory_hides_no_other_of_its_name(me: Account, remote: MegaRemote) -> None:
    me.put(f"{FOLDER}/d/deep/file", b"content")
    empty = me.put(f"{FOLDER}/late/passing", b"x")
    me.remove(empty)
    me.rename(f"{FOLDER}/late", "d")

    assert [entry.path async for batch in remote.listing() for entry in batch] == ["d", "d/deep", "d/deep/file"]
    assert await remote.stat("d/deep/file") is not None


async def test_of_two_directories_of_one_name_that_hold_something_the_newer_is_listed(
    me: Account, remote: MegaRemote
) -> None:
    me.put(f"{FOLDER}/d/old", b"old")
    newer = me.put(f"{FOLDER}/e/new", b"new")
    me.tree.nodes[me.tree.nodes[newer].parent].created += 60
    me.rename(f"{FOLDER}/e", "d")

    witness = Witness()
    assert [entry.path async for batch in remote.listing("", witness) for entry in batch] == ["d", "d/new"]
    assert witness.unseen == {"d"}
    again = Witness()
    assert [entry.path async for batch in remote.listing("", again) for entry in batch] == ["d", "d/new"]
    assert again.unseen == {"d"}
    near = Witness()
    assert [entry.path for entry in await remote.children("", near)] == ["d"]
    assert [entry.path for entry in await remote.children("d", near)] == ["d/new"]
    assert near.unseen == {"d"}
    with pytest.raises(Unreachable, match="stands several times"):
        await remote.children("d")


async def test_what_a_hidden_directory_holds_is_not_taken_for_deleted(
    me: Account, remote: MegaRemote, tmp_path: Path
) -> None:
    world = await World.make(tmp_path / "world", remote, MegaFar(me, FOLDER))
    world.write("d/old", "old")
    await world.once()
    newer = me.put(f"{FOLDER}/e/new", b"new")
    me.tree.nodes[me.tree.nodes[newer].parent].created += 60
    me.rename(f"{FOLDER}/e", "d")

    result = await world.once()

    assert world.local() == {"d/old": b"old", "d/new": b"new"}
    assert "stands several times" in result.look.skipped["d"]
