"""Is a change that may have happened looked for, not made again, when MEGA ends the session before it answers?

A request that is repeated keeps its id, and MEGA answers it from memory. A new session needs a new request: what the
old one did is not known to it.
"""

from pathlib import Path

import pytest

from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Account, Answer, Drop, MegaServer, Raw
from tests.services.sync.remotes.mega_account import FOLDER

KEPT = ".helix/trash/t/file"
LOSSES = [Drop(), Raw(500), Raw(body=b"<html>")]


def paths(me: Account) -> list[str]:
    """All that stands in the folder, twice if it is there twice."""
    return [entry.path.removeprefix(f"{FOLDER}/") for entry in me.entries() if entry.path.startswith(f"{FOLDER}/")]


def end_the_session_after(server: MegaServer, loss: Drop | Raw, *, carried_out: bool) -> None:
    """The next `p` gets no answer, and its repetition hears that the session has ended."""
    server.fail("p", loss, after=carried_out)
    server.fail("cs", Answer(-15, whole=True), nth=2)


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_directory_is_made_once(server: MegaServer, remote: MegaRemote, me: Account, loss: Drop | Raw) -> None:
    end_the_session_after(server, loss, carried_out=True)

    await remote.mkdir("d")

    assert paths(me) == ["d"]
    assert server.record.calls("us") == 1


async def test_an_old_content_is_kept_once(server: MegaServer, remote: MegaRemote, me: Account, tmp_path: Path) -> None:
    (tmp_path / "up").write_bytes(b"content")
    source = Source.of(str(tmp_path / "up"))
    old = await remote.upload(source, "file", expect=None)
    await remote.mkdir(".helix/trash/t")
    # the first request is the one for an upload's address
    server.fail("p", Drop(), after=True)
    server.fail("cs", Answer(-15, whole=True), nth=3)

    await remote.upload(source, "file", expect=old.etag, keep=KEPT)

    assert [path for path in paths(me) if path.endswith("file")] == [KEPT, "file"]
    assert server.record.calls("us") == 1


async def test_a_directory_that_was_not_made_is_reported_and_made_the_next_time(
    server: MegaServer, remote: MegaRemote, me: Account
) -> None:
    end_the_session_after(server, Drop(), carried_out=False)

    with pytest.raises(Unreachable, match="session"):
        await remote.mkdir("d")
    await remote.mkdir("d")

    assert paths(me) == ["d"]


async def test_a_change_that_mega_refused_for_its_session_alone_is_sent_again(
    server: MegaServer, remote: MegaRemote, me: Account
) -> None:
    server.end_sessions()

    await remote.mkdir("d")

    assert paths(me) == ["d"]
    assert server.record.calls("f") == 1


async def test_a_question_that_lost_its_answer_is_asked_again_in_the_new_session(
    server: MegaServer, remote: MegaRemote
) -> None:
    server.fail("uq", Drop())
    server.fail("cs", Answer(-15, whole=True), nth=2)

    quota = await remote.quota()

    assert quota.total is not None
    assert server.record.calls("us") == 1
