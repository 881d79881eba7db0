"""Are rclone's failures told apart, and what it can't repair repaired?"""

import asyncio
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.sync.remotes.errors import (
    Corrupt,
    Gone,
    Misconfigured,
    NotEmpty,
    OverQuota,
    Refused,
    RemoteError,
    Throttled,
    Unreachable,
)
from services.sync.remotes.rclone import rc as rc_module
from services.sync.remotes.rclone.failures import shown, translated
from services.sync.remotes.rclone.rc import RcError
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import MegaServer, Raw, Stall, Tamper
from tests.services.sync.remotes.rcd import Rcd, mega_settings
from tests.services.sync.running import eventually


@pytest.fixture
def server() -> Iterator[MegaServer]:
    with MegaServer() as server:
        server.add_account("me@example.org", "secret", quota=1_000_000)
        yield server


@pytest.fixture
def rcd(server: MegaServer) -> Iterator[Rcd]:
    with Rcd(MEGA_API_URL=server.url, **mega_settings("m"), **mega_settings("wrong", "other")) as rcd:
        yield rcd


@pytest.fixture
def source(tmp_path: Path) -> Source:
    file = tmp_path / "source"
    file.write_bytes(b"x" * 1000)
    return Source.of(str(file))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("object not found", Gone),
        ("rmdir failed: Not Found: 404 Not Found", Gone),
        ("directory not empty", NotEmpty),
        ('didn\'t find section in config file ("X")', Misconfigured),
        ("googleapi: Error 429: Too Many Requests", Throttled),
        ("Request over quota", OverQuota),
        ("write /x: no space left on device", OverQuota),
        ("AccessDenied: Access Denied status code: 403", Refused),
        ("MAC verification failed", Corrupt),
        ("dial tcp: lookup nowhere: no such host", Unreachable),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", Unreachable),
        ("507 Insufficient Storage: 507 Insufficient Storage", OverQuota),
        ("https response error StatusCode: 507, RequestID: 1", OverQuota),
        ("read tcp 10.0.0.1:50760->10.0.0.2:443: connection reset by peer", Unreachable),
    ],
)
def test_each_sentence_of_rclone_becomes_its_own_error_with_a_remedy(text: str, kind: type[RemoteError]) -> None:
    error = translated(RcError("operations/x", text, 500), "storing a")

    assert type(error) is kind
    assert "storing a" in error.message
    assert error.remedy


def test_a_number_in_a_file_s_name_is_no_status() -> None:
    error = translated(RcError("operations/x", "open /srv/d/403.jpg: connection reset", 500), "storing d/403.jpg")

    assert type(error) is Unreachable


def test_what_stands_in_an_address_is_not_shown() -> None:
    text = shown('Post "https://me:hunter2@host/cs?id=1&sid=AbCdEf": EOF')

    assert "hunter2" not in text
    assert "AbCdEf" not in text
    assert "host" in text


async def test_a_stale_stored_mega_session_is_forgotten_and_the_work_goes_on(
    server: MegaServer, rcd: Rcd, source: Source
) -> None:
    remote = RcloneRemote("m", "top", rcd.socket)
    await remote.connect()
    await remote.upload(source, "a", expect=None)
    server.end_sessions()
    rcd.call("fscache/clear")

    await remote.connect()

    assert (entry := await remote.stat("a")) is not None
    assert entry.size == 1000
    await remote.close()


async def test_wrong_credentials_and_an_unknown_remote_need_a_person(rcd: Rcd) -> None:
    for name, kind in (("wrong", Refused), ("nobody", Misconfigured)):
        remote = RcloneRemote(name, "top", rcd.socket)
        with pytest.raises(kind) as caught:
            await remote.connect()
        await remote.close()

        assert "other" not in str(caught.value)


async def test_a_full_account_is_over_quota(rcd: Rcd, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * 1_000_001)
    remote = RcloneRemote("m", "top", rcd.socket)
    await remote.connect()

    with pytest.raises(OverQuota):
        await remote.upload(Source.of(str(big)), "big", expect=None)

    assert await remote.stat("big") is None
    await remote.close()


async def test_tampered_content_never_arrives(server: MegaServer, rcd: Rcd, source: Source, tmp_path: Path) -> None:
    remote = RcloneRemote("m", "top", rcd.socket)
    await remote.connect()
    entry = await remote.upload(source, "a", expect=None)
    server.fail("download", Tamper(5), times=None)

    with pytest.raises(Corrupt):
        await remote.download("a", str(tmp_path / "target"), expect=entry.etag)

    await remote.close()


async def test_a_server_error_in_the_middle_is_ridden_out(server: MegaServer, rcd: Rcd, source: Source) -> None:
    remote = RcloneRemote("m", "top", rcd.socket)
    await remote.connect()
    server.fail("upload", Raw(500), times=1)

    entry = await remote.upload(source, "a", expect=None)

    assert entry.size == 1000
    await remote.close()


async def test_a_cancelled_upload_leaves_nothing(server: MegaServer, rcd: Rcd, source: Source) -> None:
    remote = RcloneRemote("m", "top", rcd.socket)
    await remote.connect()
    fault = server.fail("upload", Stall(3600), times=None)

    upload = asyncio.create_task(remote.upload(source, "a", expect=None))
    await eventually(lambda: fault.happened, "the upload is under way")

    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload

    assert await remote.stat("a") is None
    await remote.close()


async def test_an_rclone_that_is_not_there_is_unreachable_within_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rc_module, "START_SECONDS", 0.3)
    remote = RcloneRemote("m", "top", str(tmp_path / "none.sock"))

    with pytest.raises(Unreachable):
        await remote.connect()

    await remote.close()


def test_only_the_owner_reaches_the_socket_and_no_secret_is_on_a_command_line(rcd: Rcd) -> None:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout

    assert "rclone rcd" in listed
    for name in ("RCLONE_CONFIG_M_PASS", "RCLONE_CONFIG_WRONG_PASS"):
        assert rcd.environment[name] not in listed
    assert stat.S_IMODE(os.stat(rcd.home / "run").st_mode) == 0o700
    assert stat.S_IMODE(os.stat(rcd.home / "rclone" / "rclone.conf").st_mode) == 0o600


def test_without_an_rclone_folder_the_program_sleeps(tmp_path: Path) -> None:
    with Rcd(RCLONE_CONFIG_HERE_TYPE="local") as used:
        idle = {**used.environment, "HELIX_HOME": str(tmp_path), "HELIX_REMOTE": f"local:{tmp_path}/remote"}
        process = subprocess.Popen([used.process.args[0], "-m", "services.rclone"], env=idle)
        try:
            line = Path(f"/proc/{process.pid}/cmdline")
            while b"services.rclone" in line.read_bytes() or not line.read_bytes():
                used.pause()
            assert line.read_bytes() == b"tail\0-f\0/dev/null\0"
        finally:
            process.terminate()
            process.wait(10)
