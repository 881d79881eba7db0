"""Does the real program name the step at which a remote fails, with a remedy: for `!testmega` and `helix doctor`?"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from helix.errors import HelixError
from tests.emulators.mega import Account, Answer, MegaServer, Tamper
from tests.services.sync.running import Sync, home, running

PASSWORD = "correct horse battery"
Spoil = Callable[[MegaServer, Account], object]

BEFORE = {
    "DNS": ("https://nobody.invalid", PASSWORD, "connect", "can't be resolved (DNS)"),
    "network": ("http://127.0.0.1:{closed}", PASSWORD, "connect", "the connection was refused"),
    "TLS": ("https://127.0.0.1:{tls}", PASSWORD, "connect", "no secure connection (TLS)"),
    "login": ("http://127.0.0.1:{mega}", "wrong", "connect", "does not know this e-mail and password"),
}
AFTER: dict[str, tuple[Spoil, str, str]] = {
    "read back": (lambda server, me: server.fail("download", Tamper(5), times=None), "read back", "MAC"),
    "transfer": (lambda server, me: setattr(server.limits, "transfer_quota", 0), "read back", "HTTP 509"),
    "delete": (lambda server, me: server.fail("d", Answer(-11), times=None), "delete", "access denied"),
    "write": (lambda server, me: server.fail("u", Answer(-11), times=None), "upload", "access denied"),
    "quota": (lambda server, me: setattr(me, "quota", 0), "quota", "the remote is full"),
}


def settings_of(url: str, password: str = PASSWORD) -> dict[str, str]:
    account = {"MEGA_EMAIL": "me@example.org", "MEGA_PASS": password, "MEGA_API_URL": url}
    return {"HELIX_REMOTE": "mega:/Top", "HELIX_SCAN_SECONDS": "3600", **account}


async def trip_of(sync: Sync) -> dict[str, Any]:
    """The answer of the self-test, as soon as the program listens; its own time limits end it."""
    while True:
        try:
            answer = await sync.control.selftest()
        except HelixError:
            assert sync.process.poll() is None, sync.log()
            await asyncio.sleep(0.05)
        else:
            return dict(answer["remotes"][0])


def first_failing(trip: dict[str, Any]) -> dict[str, Any]:
    return next(step for step in trip["steps"] if not step["ok"])


async def test_what_fails_before_the_account_is_open_is_named() -> None:
    with MegaServer() as mega, MegaServer(tls=True) as tls, socket.socket() as closed:
        mega.add_account("me@example.org", PASSWORD)
        closed.bind(("127.0.0.1", 0))
        ports = {"mega": mega.port, "tls": tls.port, "closed": closed.getsockname()[1]}

        # side by side, for each takes its whole patience
        failed = await asyncio.gather(
            *(failing_at_once(url.format(**ports), password) for url, password, _, _ in BEFORE.values())
        )

    told = dict(zip(BEFORE, failed, strict=True))
    assert {name: step["step"] for name, step in told.items()} == {name: case[2] for name, case in BEFORE.items()}
    assert [name for name, step in told.items() if BEFORE[name][3] not in step["output"]] == []
    assert [name for name, step in told.items() if not step["remedy"]] == []


async def failing_at_once(url: str, password: str) -> dict[str, Any]:
    """The step that fails for a program with these settings."""
    with home() as place:
        async with running(place, **settings_of(url, password)) as sync:
            return first_failing(await trip_of(sync))


@pytest.fixture
async def spoilt() -> AsyncIterator[tuple[Sync, MegaServer, Account]]:
    with MegaServer() as server, home() as place:
        me = server.add_account("me@example.org", PASSWORD)
        async with running(place, **settings_of(server.url)) as sync:
            await sync.ready()
            yield sync, server, me


async def test_every_step_on_an_open_account_is_named_when_it_fails(
    spoilt: tuple[Sync, MegaServer, Account],
) -> None:
    sync, server, me = spoilt
    told = {}
    for name, (spoil, _, _) in AFTER.items():
        spoil(server, me)
        told[name] = first_failing(await trip_of(sync))
        server.heal()
        server.limits.transfer_quota = None

    assert {name: failed["step"] for name, failed in told.items()} == {name: case[1] for name, case in AFTER.items()}
    assert [name for name, failed in told.items() if AFTER[name][2] not in failed["output"]] == []
    assert [name for name, failed in told.items() if not failed["remedy"]] == []


async def test_helix_doctor_prints_the_same_step_and_remedy(spoilt: tuple[Sync, MegaServer, Account]) -> None:
    sync, server, _ = spoilt
    good = await doctor(sync)
    server.fail("download", Tamper(5), times=None)

    bad = await doctor(sync)

    assert "mega: round trip OK" in good
    assert "mega: failed at read back:" in bad
    assert first_failing(await trip_of(sync))["remedy"] in bad


async def doctor(sync: Sync) -> str:
    """The line about the remote that `helix doctor` prints."""
    command = [str(Path(sys.executable).parent / "helix"), "doctor"]
    environment = {**os.environ, "HELIX_HOME": str(sync.home), **sync.settings}
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return next(line for line in done.stdout.splitlines() if line.startswith("remote "))
