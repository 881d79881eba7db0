"""Does an error of MEGA name the step that failed, and does nothing outlive the remote?"""

import asyncio
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from helix.core.pacing import Backoff
from helix.parsing import Secret
from helix.settings import Mega
from services.sync.remotes.errors import RemoteError, Unreachable
from services.sync.remotes.mega.codes import ROWS, of_code, of_status
from services.sync.remotes.mega.remote import MegaRemote
from tests.emulators.mega import MegaServer
from tests.services.sync.remotes.mega_account import EMAIL, PASSWORD, open_server
from tests.services.sync.running import eventually

HANGS_SECONDS = 120
"""A program that has not ended by then is held up by its own question, which nobody answers for an hour."""
LEAVE = """
import asyncio, sys
from pathlib import Path
from tests.services.sync.remotes.mega_account import EMAIL, PASSWORD
from helix.parsing import Secret
from helix.settings import Mega
from services.sync.remotes.mega import account
from services.sync.remotes.mega.remote import MegaRemote

account.WAIT_SECONDS = 3600.0

async def main():
    remote = MegaRemote("x", Mega(EMAIL, Secret(PASSWORD), sys.argv[1]), Path(sys.argv[2]))
    await remote.connect()
    await asyncio.to_thread(sys.stdin.readline)
    await remote.close()
    print("closed")

asyncio.run(main())
"""


async def failure(url: str, home: Path) -> RemoteError:
    once = Backoff(first=0.01, tries=1)
    remote = MegaRemote("x", Mega(EMAIL, Secret(PASSWORD), url), home, patience=once, read_seconds=0.3)
    with pytest.raises(RemoteError) as caught:
        await remote.connect()
    await remote.close()
    return caught.value


async def test_a_name_that_does_not_resolve_a_closed_port_and_a_silent_server_are_told_apart(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        said = [
            str(await failure(url, tmp_path))
            for url in (
                "http://nobody.invalid",
                f"http://127.0.0.1:{closed.getsockname()[1]}",
                f"http://127.0.0.1:{silent.getsockname()[1]}",
            )
        ]

    assert ["DNS" in said[0], "refused" in said[1], "in time" in said[2]] == [True, True, True]


async def test_a_certificate_that_nobody_vouches_for_is_a_matter_of_tls(tmp_path: Path) -> None:
    with MegaServer(tls=True) as server:
        error = await failure(server.url, tmp_path)

    assert isinstance(error, Unreachable)
    assert "TLS" in error.message


@pytest.mark.parametrize("code", [*range(-30, 0), -99])
def test_every_code_of_mega_is_a_typed_error_with_a_remedy(code: int) -> None:
    error = of_code(code, "storing a")

    assert (code in ROWS) == (code != -99)
    assert str(code) in error.message
    assert error.remedy


@pytest.mark.parametrize("status", [402, 403, 404, 429, 500, 503, 509])
def test_every_status_of_mega_is_a_typed_error_with_a_remedy(status: int) -> None:
    error = of_status(status, "storing a", wait=60.0)

    assert str(status) in error.message
    assert error.remedy


async def test_a_program_ends_although_nobody_answers_where_it_waits_for_news(tmp_path: Path) -> None:
    async with open_server() as server:
        server.limits.wait_seconds = 3600
        events = server.world.accounts[EMAIL].events
        command = [sys.executable, "-c", LEAVE, server.url, str(tmp_path)]
        program = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
        await eventually(lambda: events.waiting, "the program waits for news")

        try:
            said, _ = await asyncio.wait_for(program.communicate(b"leave\n"), HANGS_SECONDS)
        finally:
            if program.returncode is None:
                program.kill()

        assert (said, program.returncode) == (b"closed\n", 0)
        assert server.record.calls("wait") == 0
