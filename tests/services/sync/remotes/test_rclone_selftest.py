"""Does the round trip through a real rclone name the step that fails and what to do, whatever is wrong?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.sync.remotes.rclone import rc as rc_module
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.selftest import Step, round_trip
from tests.emulators.mega import MegaServer
from tests.services.sync.remotes.rcd import Rcd, mega_settings, obscured

pytestmark = pytest.mark.xdist_group("rclone_selftest")


@pytest.fixture(scope="module")
def rcd() -> Iterator[Rcd]:
    with MegaServer() as server:
        server.add_account("me@example.org", "secret", quota=1000)
        server.add_account("you@example.org", "secret")  # rclone knows a session again by its account alone
        environment = {
            "RCLONE_CONFIG_DAV_TYPE": "webdav",
            "RCLONE_CONFIG_DAV_VENDOR": "rclone",
            "RCLONE_CONFIG_HERE_TYPE": "local",
            "RCLONE_CONFIG_ODD_TYPE": "no such thing",
            "RCLONE_CONFIG_PLAIN_TYPE": "mega",
            "RCLONE_CONFIG_PLAIN_USER": "me@example.org",
            "RCLONE_CONFIG_PLAIN_PASS": "secret",
            "RCLONE_CONFIG_SSH_TYPE": "sftp",
            "RCLONE_CONFIG_SSH_USER": "me",
            "RCLONE_CONFIG_SSH_PASS": obscured("wrong"),
            "X_MEGA_API_URL": server.url,
        }
        wrong = {**mega_settings("wrong", "other"), "RCLONE_CONFIG_WRONG_USER": "you@example.org"}
        with Rcd(**environment, **mega_settings("m"), **wrong) as rcd:
            yield rcd


@pytest.fixture(scope="module")
def addresses(rcd: Rcd) -> dict[str, str]:
    """Servers that are there."""
    login = {"user": "me", "pass": "pw"}
    host, _, port = rcd.serve("sftp", **login).rpartition(":")
    return {"sftp": f"host={host},port={port}", "webdav": f"url='http://{rcd.serve('webdav', **login)}'"}


async def first_failure(rcd: Rcd, name: str, path: str = "x") -> Step:
    """The step at which a round trip ends."""
    remote = RcloneRemote(name, path, rcd.socket)
    outcome = await round_trip(remote, name)
    await remote.close()
    return next(step for step in outcome.steps if not step.ok)


@pytest.mark.parametrize(
    ("name", "step", "says", "remedy"),
    [
        ("nobody", "connect", "didn't find section", "name in HELIX_REMOTE, or set RCLONE_CONFIG_<NAME>_TYPE"),
        ("odd", "connect", "no such thing", "RCLONE_CONFIG_<NAME>_TYPE: rclone has no such backend"),
        ("plain", "connect", "is it obscured", "rclone obscure"),
        ("wrong", "connect", "couldn't login", "credentials in RCLONE_CONFIG_<NAME>_"),
        ("ssh,{sftp}", "connect", "unable to authenticate", "credentials in RCLONE_CONFIG_<NAME>_"),
        ("dav,{webdav}", "connect", "401 Unauthorized", "credentials in RCLONE_CONFIG_<NAME>_"),
        ("dav,url='http://nowhere.invalid'", "connect", "no such host", "check the DNS"),
        ("dav,url='http://127.0.0.1:9'", "connect", "connection refused", "the remote is up"),
        ("m", "quota", "the remote is full", "free some room"),
    ],
)
async def test_the_step_and_the_remedy_are_named(
    name: str, step: str, says: str, remedy: str, rcd: Rcd, addresses: dict[str, str]
) -> None:
    failed = await first_failure(rcd, name.format(**addresses))

    assert failed.step == step
    assert says in failed.output
    assert remedy in failed.remedy


async def test_a_certificate_that_nobody_signed_is_told_as_tls_and_not_as_a_full_account(
    rcd: Rcd,
) -> None:
    with MegaServer(tls=True) as server:
        failed = await first_failure(rcd, f"dav,url='{server.url}'")

    assert failed.step == "connect"
    assert "x509" in failed.output
    assert "TLS" in failed.remedy


async def test_a_path_that_can_t_be_made_is_told(rcd: Rcd) -> None:
    failed = await first_failure(rcd, "here", "/dev/null/x")

    assert failed.step == "connect"
    assert "path in HELIX_REMOTE" in failed.remedy


async def test_an_rclone_that_does_not_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rc_module, "START_SECONDS", 0.2)
    remote = RcloneRemote("here", str(tmp_path), str(tmp_path / "none.sock"))

    outcome = await round_trip(remote, "here")
    await remote.close()

    assert [(step.step, step.ok) for step in outcome.steps] == [("connect", False)]
    assert "rclone does not answer" in outcome.steps[0].output
    assert "the program `rclone`" in outcome.steps[0].remedy
