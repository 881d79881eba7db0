"""How does the test server run as a program of its own?  ``python -m tests.emulators.discord --port 0``.

Prints one line of JSON with its addresses and ids, then serves until SIGTERM or SIGINT.
"""

import argparse
import asyncio
import json
import signal
from pathlib import Path
from typing import Any

from aiohttp import web

from . import control
from .actions import ACTIONS
from .server import DiscordServer, bound_port


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.emulators.discord")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="REST and gateway in clear text; 0: any")
    parser.add_argument("--tls-port", type=int, help="the same with TLS; 0: any")
    parser.add_argument("--ca-file", type=Path, help="where to write the certificate to trust")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--token", default="", help="without it one is made up")
    parser.add_argument("--guild", type=int, help="the guild's id; without it a new one")
    parser.add_argument("--record", type=Path, help="append the record here as JSON lines")
    parser.add_argument("--script", type=Path, help='JSON: [{"do": ACTION, …}, …], carried out in order')
    return parser.parse_args()


async def main() -> None:
    options = arguments()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with DiscordServer(
        host=options.host,
        port=options.port,
        tls_port=options.tls_port,
        guild_id=options.guild,
        record=options.record,
        token=options.token,
    ) as discord:
        runner = web.AppRunner(control.application(discord), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, options.host, options.control_port)
        await site.start()
        if options.ca_file is not None:
            discord.write_authority(options.ca_file)
        script = json.loads(options.script.read_text()) if options.script is not None else []
        print(json.dumps(addresses(discord, bound_port(site))), flush=True)
        acting = asyncio.create_task(play(discord, script))
        await stop.wait()
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        await runner.cleanup()


def addresses(discord: DiscordServer, control_port: int) -> dict[str, Any]:
    world = discord.platform.world
    return {
        "api": discord.api_url,
        "gateway": discord.gateway_url,
        "token": discord.token,
        "tls_port": discord.tls_port,
        "control": f"http://{discord.host}:{control_port}",
        "guild": str(world.guild.id),
        "channel": str(world.channel.id),
        "owner": str(world.owner.id),
        "bot": str(world.bot.id),
    }


async def play(discord: DiscordServer, script: list[dict[str, Any]]) -> None:
    """Carry out the actions of the script in order; a failing one is noted as a problem."""
    for step in script:
        body = dict(step)
        try:
            await ACTIONS[body.pop("do")](discord, body)
        except Exception as error:  # noqa: BLE001  (a script step may fail in any way, and must be seen to)
            discord.platform.problem(f"script step {step} failed: {type(error).__name__}: {error}")
            return


asyncio.run(main())
