"""Over which way does the bot reach Discord?

Normally the library's own. A proxy and a certificate authority go in by its public options. Another REST base or
gateway (a rate-limit proxy, a test server) has no public option: `redirect` sets the two class attributes that
every request reads, and a test holds that the pinned version still has them. Clear text to anything but loopback
is refused where the settings are read, for the token would travel in it.
"""

import logging
import ssl
from pathlib import Path

import aiohttp
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from helix.errors import Misconfigured, Problem
from helix.settings import Discord

log = logging.getLogger(__name__)


def redirect(discord: Discord) -> None:
    """Point the library at the settings' REST base and gateway, where they are set."""
    if discord.api_base:
        Route.BASE = discord.api_base.rstrip("/")
    if discord.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(discord.gateway_url)
    if discord.api_base or discord.gateway_url:
        log.warning("discord_endpoint_replaced")


def connector(ca_file: Path | None) -> aiohttp.TCPConnector | None:
    """Give a connector that trusts the authorities in *ca_file*; None for the library's own. Raises `Misconfigured`."""
    if ca_file is None:
        return None
    try:
        context = ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:
        problem = Problem("DISCORD_CA_FILE", "holds no usable certificate", "name a readable PEM file, or unset it")
        raise Misconfigured([problem]) from error
    return aiohttp.TCPConnector(ssl=context)
