"""Does the MEGA test server also run as a program, for benchmarks and for looking around by hand?"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.emulators.mega.client import PlainClient

ROOT = Path(__file__).parents[2]
DEADLINE = 120.0


async def test_it_prints_its_address_serves_the_account_it_was_given_and_ends_on_sigterm() -> None:
    options = ["--account", "me@example.org:secret:1", "--fill", "3", "--tls", "--latency", "0.001", "--no-verify"]
    async with asyncio.timeout(DEADLINE):
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.emulators.mega", *options, cwd=ROOT, stdout=PIPE
        )
        assert server.stdout is not None
        url, ca_file = [(await server.stdout.readline()).decode().strip() for _ in range(2)]

        async with PlainClient(url, ca_file=Path(ca_file)) as client:
            await client.login("me@example.org", "secret")
            listing = await client.call("f", c=1)
        server.terminate()

        assert await server.wait() == 0
        assert [node["t"] for node in listing["f"]].count(0) == 3
        assert not Path(ca_file).exists()
