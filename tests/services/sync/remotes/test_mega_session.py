"""Is a login spared, renewed and kept secret?"""

import io
import logging
import os
import stat
import traceback
from pathlib import Path

import pytest

from helix import logs
from helix.parsing import Secret
from helix.settings import Mega
from services.sync.remotes.errors import Misconfigured, OverQuota, Refused, RemoteError, Throttled
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Answer, Drop, MegaServer, Raw
from tests.services.sync.remotes.mega_account import EMAIL, PASSWORD, QUICK, account_of, make, open_server


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "file").write_bytes(b"content")
    return Source.of(str(tmp_path / "file"))


def stored_session(home: Path) -> Path:
    (file,) = (home / "mega").glob("session-*.json")
    return file


async def test_the_session_is_used_again_after_a_restart_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    async with open_server() as server:
        for _ in range(3):
            async with account_of(server, tmp_path):
                pass

        assert server.record.calls("us") == 1
    assert stat.S_IMODE(os.stat(stored_session(tmp_path)).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(tmp_path / "mega").st_mode) == 0o700


@pytest.mark.parametrize("answer", [-15, -3])
async def test_a_stored_session_that_mega_has_ended_is_replaced_by_one_login(
    tmp_path: Path, source: Source, answer: int
) -> None:
    async with open_server() as server:
        async with account_of(server, tmp_path):
            pass
        server.assume.stale_session = answer
        server.end_sessions()

        async with account_of(server, tmp_path) as remote:
            await remote.upload(source, "a", expect=None)

        assert server.record.calls("us") == 2


async def test_a_session_that_ends_in_the_middle_is_renewed_once(tmp_path: Path, source: Source) -> None:
    async with open_server() as server, account_of(server, tmp_path) as remote:
        await remote.upload(source, "a", expect=None)
        server.end_sessions()

        await remote.upload(source, "b", expect=None)
        server.end_sessions()

        with pytest.raises(Throttled):
            await remote.stat("b")
        assert server.record.calls("us") == 2


@pytest.mark.parametrize("version", [1, 2])
async def test_any_password_logs_in_to_both_kinds_of_accounts(tmp_path: Path, version: int) -> None:
    with MegaServer() as server:
        server.add_account("you@example.org", "pässwörd 🔑", version=version)
        settings = Mega("You@Example.org", Secret("pässwörd 🔑"), server.url)
        remote = MegaRemote("x", settings, tmp_path, patience=QUICK)

        await remote.connect()

        assert [batch async for batch in remote.listing()] == []
        await remote.close()


async def test_a_wrong_password_and_a_missing_one_need_a_person(tmp_path: Path) -> None:
    async with open_server() as server:
        wrong = make(server, tmp_path, password="wrong")
        with pytest.raises(Refused, match="MEGA_PASS"):
            await wrong.connect()
        await wrong.close()

    none = MegaRemote("x", Mega(None, None, None), tmp_path)
    with pytest.raises(Misconfigured, match="MEGA_EMAIL"):
        await none.connect()


async def test_no_secret_is_in_anything_that_a_run_writes(tmp_path: Path, source: Source) -> None:
    log = io.StringIO()
    logs.setup("sync", level="DEBUG", style="json", stream=log)
    shown = []
    async with open_server() as server, account_of(server, tmp_path) as remote:
        shown.append(repr(vars(remote)))
        await remote.upload(source, "a", expect=None)
        await remote.connect()
        for on, effect in (("u", Answer(-17)), ("u", Raw(500)), ("cs", Drop()), ("upload", Raw(404))):
            server.fail(on, effect, times=20)
            with pytest.raises(RemoteError) as caught:
                await remote.upload(source, "b", expect=None)
            shown.append("".join(traceback.format_exception(caught.value)))
            server.heal()
        assert OverQuota.__name__ in shown[1]
        session = remote._linked.api.session
        nodes = list(remote._linked.account.tree.nodes.values())
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)

    everything = log.getvalue() + "".join(shown) + repr(session) + repr(nodes)
    keys = [session.master_key, *(node.key for node in nodes if node.key)]
    secrets = [PASSWORD, session.sid, stored_session(tmp_path).read_text()]
    secrets += [text for key in keys for text in (key.hex(), repr(key))]
    assert len(keys) == 4
    assert [secret for secret in secrets if secret in everything] == []
    assert EMAIL not in log.getvalue()
    assert "mega" in everything
