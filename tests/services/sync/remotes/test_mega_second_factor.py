"""Does an account with two-factor login need nobody at a restart, and is a wrong key said?"""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from helix.parsing import Secret
from helix.settings import Mega
from services.sync.remotes.errors import Refused
from services.sync.remotes.mega import session
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.mega.totp import code_at
from tests.emulators.mega import MegaServer
from tests.services.sync.remotes.mega_account import EMAIL, PASSWORD, QUICK

KEY = b"12345678901234567890"
SECRET = base64.b32encode(KEY).decode()


@pytest.fixture(params=[1, 2])
def server(request: pytest.FixtureRequest) -> Iterator[MegaServer]:
    with MegaServer() as server:
        server.add_account(EMAIL, PASSWORD, version=request.param).identity.totp_key = KEY
        yield server
        server.assert_clean()


def remote_of(server: MegaServer, home: Path, secret: str | None) -> MegaRemote:
    settings = Mega(EMAIL, Secret(PASSWORD), server.url, None if secret is None else Secret(secret))
    return MegaRemote("x", settings, home, patience=QUICK)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds) == code


async def test_the_key_logs_in_once_and_the_session_serves_the_next_start(server: MegaServer, tmp_path: Path) -> None:
    for _ in range(2):
        remote = remote_of(server, tmp_path, SECRET)
        await remote.connect()
        await remote.close()

    # the password alone, then with the code
    assert server.record.calls("us") == 2


async def test_a_code_that_came_too_late_is_followed_by_the_next_one(
    server: MegaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lateness = iter([600.0, 0.0])
    monkeypatch.setattr(session, "code_at", lambda key, seconds: code_at(key, seconds - next(lateness)))

    remote = remote_of(server, tmp_path, SECRET)
    await remote.connect()
    await remote.close()

    assert server.record.calls("us") == 3


async def test_a_wrong_key_needs_a_person_and_is_not_tried_again(server: MegaServer, tmp_path: Path) -> None:
    remote = remote_of(server, tmp_path, base64.b32encode(b"another key entirely").decode())

    with pytest.raises(Refused) as caught:
        await remote.connect()
    await remote.close()

    assert "second factor" in caught.value.message
    assert "MEGA_TOTP_SECRET" in caught.value.remedy
    assert "clock" in caught.value.remedy
    assert server.record.calls("us") in (2, 3)


async def test_a_missing_key_is_named(server: MegaServer, tmp_path: Path) -> None:
    remote = remote_of(server, tmp_path, None)

    with pytest.raises(Refused, match="second factor") as caught:
        await remote.connect()
    await remote.close()

    assert "MEGA_TOTP_SECRET" in caught.value.remedy
